package memory

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"
)

// subnet is the addresses of a network.
type subnet struct {
	Prefix  netip.Prefix
	Gateway netip.Addr
}

func (s subnet) contains(a netip.Addr) bool { return s.Prefix.Contains(a) }

// maxDefaultSubnets is how many networks can be made without a subnet of their
// own.
const maxDefaultSubnets = 256

// defaultSubnet is the i-th of those that the engine chooses from.
func defaultSubnet(i int) subnet {
	prefix := netip.PrefixFrom(netip.AddrFrom4([4]byte{172, byte(17 + i), 0, 0}), 16) // below 15
	if i >= 15 {
		prefix = netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(i), 0, 0}), 16) // below maxDefaultSubnets
	}
	return subnet{prefix, prefix.Addr().Next()}
}

// subnets are those that a network asks for, or the first default one that is
// free.
func (w *world) subnets(ipam types.IPAMConfig) ([]subnet, error) {
	var asked []subnet
	for _, pool := range ipam.Config {
		if pool == nil || pool.Subnet == "" {
			continue
		}
		s, err := parseSubnet(pool)
		if err != nil {
			return nil, err
		}
		if !w.free(s) {
			return nil, fmt.Errorf("pool overlaps with other one on this address space: %s", s.Prefix)
		}
		asked = append(asked, s)
	}
	if len(asked) > 0 {
		return asked, nil
	}
	for i := range maxDefaultSubnets {
		if s := defaultSubnet(i); w.free(s) {
			return []subnet{s}, nil
		}
	}
	return nil, fmt.Errorf("all %d default address pools are in use", maxDefaultSubnets)
}

func parseSubnet(pool *types.IPAMPool) (subnet, error) {
	prefix, err := netip.ParsePrefix(pool.Subnet)
	if err != nil {
		return subnet{}, fmt.Errorf("invalid subnet %s: %w", pool.Subnet, err)
	}
	s := subnet{prefix.Masked(), prefix.Masked().Addr().Next()}
	if pool.Gateway != "" {
		if s.Gateway, err = netip.ParseAddr(pool.Gateway); err != nil {
			return subnet{}, fmt.Errorf("invalid gateway %s: %w", pool.Gateway, err)
		}
	}
	return s, nil
}

func (w *world) free(s subnet) bool {
	for _, n := range w.Networks {
		if slices.ContainsFunc(n.Subnets, func(o subnet) bool { return o.Prefix.Overlaps(s.Prefix) }) {
			return false
		}
	}
	return true
}

// address gives a container that starts its addresses. Networks are looked up
// by name at its first start, and by id at the others.
func (w *world) address(c *container) error {
	for _, name := range slices.Sorted(maps.Keys(c.Joined)) {
		j := c.Joined[name]
		n, err := w.network(cmp.Or(j.Network, name))
		if err != nil {
			return err
		}
		if err := w.lease(n, j); err != nil {
			return err
		}
	}
	return nil
}

// lease gives a place in a network its address: the one that it asks for, or
// the first that is free.
func (w *world) lease(n *network, j *joint) error {
	j.Network = n.ID
	if len(n.Subnets) == 0 {
		return nil
	}
	taken := w.taken(n)
	for _, text := range j.Static {
		address, err := netip.ParseAddr(text)
		if err != nil {
			return fmt.Errorf("network %s: %w", n.Name, err)
		}
		if !slices.ContainsFunc(n.Subnets, func(s subnet) bool { return s.contains(address) }) {
			return fmt.Errorf("network %s: address %s is in none of its subnets", n.Name, text)
		}
		if taken[text] {
			return fmt.Errorf("network %s: address %s is already in use", n.Name, text)
		}
	}
	if len(j.Static) > 0 {
		j.Address = j.Static[0]
		return nil
	}
	s := n.Subnets[0]
	for address := s.Prefix.Addr().Next(); s.contains(address); address = address.Next() {
		if !taken[address.String()] {
			j.Address = address.String()
			return nil
		}
	}
	return fmt.Errorf("network %s: no address is left in %s", n.Name, s.Prefix)
}

func (w *world) taken(n *network) map[string]bool {
	taken := map[string]bool{}
	for _, s := range n.Subnets {
		taken[s.Gateway.String()] = true
	}
	for _, c := range w.Containers {
		if j := c.Joined[n.Name]; j != nil && j.Network == n.ID && j.Address != "" {
			taken[j.Address] = true
			for _, static := range j.Static {
				taken[static] = true
			}
		}
	}
	return taken
}
