package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"sync/atomic"

	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/client"
)

// addresses hands out a subnet to each trial. What an engine kept of an earlier
// one, of this process or another (see miscounted), has its addresses for good:
// those are left out.
type addresses struct {
	docker *client.Client
	next   atomic.Uint32
}

// subnets is how many there are, from 10.64.0.0/24 on.
const subnets = 128 * 256

func newAddresses(docker *client.Client) *addresses {
	a := &addresses{docker: docker}
	a.next.Store(rand.Uint32N(subnets))
	return a
}

// take is the next free subnet, as the first three numbers of its addresses.
func (a *addresses) take(ctx context.Context) (string, error) {
	networks, err := a.docker.NetworkList(ctx, network.ListOptions{})
	if err != nil {
		return "", err
	}
	var taken []netip.Prefix
	for _, n := range networks {
		for _, pool := range n.IPAM.Config {
			if p, err := netip.ParsePrefix(pool.Subnet); err == nil {
				taken = append(taken, p)
			}
		}
	}
	for range subnets {
		n := a.next.Add(1) % subnets
		first := [4]byte{10, byte(64 + n/256), byte(n % 256)}
		subnet := netip.PrefixFrom(netip.AddrFrom4(first), 24)
		if !slices.ContainsFunc(taken, subnet.Overlaps) {
			return fmt.Sprintf("%d.%d.%d", first[0], first[1], first[2]), nil
		}
	}
	return "", errors.New("no subnet of 10.64.0.0 to 10.191.255.0 is free")
}
