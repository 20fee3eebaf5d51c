package planner

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackctl/stack/state"
)

// volumeReasons says in which fields a volume differs from what is wanted now;
// its hashes where the engine does not tell.
func volumeReasons(observed state.ObservedVolume, volume state.Volume, hash string) []Reason {
	c := comparison{where: volume.Where}
	wanted := volume.Config
	c.field("driver", observed.Driver, cmp.Or(wanted.Driver, "local"))
	c.entries("driver_opts", observed.DriverOpts, wanted.DriverOpts)
	c.entries("labels", ownLabels(observed.Labels), wanted.Labels)
	return c.orHashes(hash, volume.Hash)
}

// networkReasons says in which fields a network differs from what is wanted
// now. What the engine chose by itself is no difference.
func networkReasons(observed state.ObservedNetwork, network state.Network, hash string) []Reason {
	c := comparison{where: network.Where, reasons: networkDifferences(observed, network)}
	return c.orHashes(hash, network.Hash)
}

func networkDifferences(observed state.ObservedNetwork, network state.Network) []Reason {
	c := comparison{where: network.Where}
	was, wanted := observed.Config, network.Config
	c.field("driver", observed.Driver, cmp.Or(wanted.Driver, observed.Driver))
	c.flag("internal", was.Internal, wanted.Internal)
	c.flag("attachable", was.Attachable, wanted.Attachable)
	c.flag("enable_ipv6", isSet(was.EnableIPv6), isSet(wanted.EnableIPv6))
	asked := map[string]string{}
	for key, value := range was.DriverOpts {
		if _, is := wanted.DriverOpts[key]; is || !strings.HasPrefix(key, "com.docker.network.enable_ip") {
			asked[key] = value
		}
	}
	c.entries("driver_opts", asked, wanted.DriverOpts)
	c.pools(was.Ipam.Config, wanted.Ipam.Config)
	c.entries("labels", ownLabels(observed.Labels), wanted.Labels)
	return c.reasons
}

func isSet(flag *bool) bool { return flag != nil && *flag }

// ownLabels are a resource's labels without those that tools give it.
func ownLabels(labels map[string]string) map[string]string {
	own := map[string]string{}
	for key, value := range labels {
		if !strings.HasPrefix(key, "com.docker.compose.") && !strings.HasPrefix(key, "dev.stack.") && key != state.LabelNamespace {
			own[key] = value
		}
	}
	return own
}

// comparison collects the fields in which a resource differs.
type comparison struct {
	where   map[string]state.Position
	reasons []Reason
}

func (c *comparison) field(field, before, after string) {
	if before == after || before == "" && field == "driver" {
		return
	}
	// The options of a mount may have a password in them: o: user=x,password=y.
	reason := Reason{Field: field, Old: state.Masked(field+before, before), New: state.Masked(field+after, after)}
	reason.At = reasonAt(c.where, reason)
	c.reasons = append(c.reasons, reason)
}

func (c *comparison) flag(field string, before, after bool) {
	if before != after {
		c.field(field, fmt.Sprint(before), fmt.Sprint(after))
	}
}

func (c *comparison) entries(field string, before, after map[string]string) {
	var keys []string
	for key := range before {
		keys = append(keys, key)
	}
	for key := range after {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range slices.Compact(keys) {
		c.field(field+"."+key, before[key], after[key])
	}
}

// pools compares the address pools that are asked for.
func (c *comparison) pools(before, after []*types.IPAMPool) {
	for i, wanted := range after {
		was := &types.IPAMPool{}
		if i < len(before) {
			was = before[i]
		}
		field := fmt.Sprintf("ipam.config[%d].", i)
		c.field(field+"subnet", was.Subnet, cmp.Or(wanted.Subnet, was.Subnet))
		c.field(field+"gateway", was.Gateway, cmp.Or(wanted.Gateway, was.Gateway))
		c.field(field+"ip_range", was.IPRange, cmp.Or(wanted.IPRange, was.IPRange))
	}
}

// orHashes are the differences, or that there is one.
func (c *comparison) orHashes(before, after string) []Reason {
	if len(c.reasons) > 0 {
		return c.reasons
	}
	return []Reason{{Field: "configuration", Old: short(before), New: short(after), At: writtenAt(c.where, "")}}
}
