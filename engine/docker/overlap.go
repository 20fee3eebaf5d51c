package docker

import (
	"context"
	"net/netip"

	"github.com/docker/docker/api/types/network"

	"github.com/stackctl/stack/state"
)

// overlapping is the network of somebody else that has addresses which spec
// asks for, if there is one: it stays, and trying again is in vain. One of the
// same project may be about to go.
func (n networks) overlapping(ctx context.Context, spec state.NetworkSpec) string {
	found, err := n.client.NetworkList(ctx, network.ListOptions{})
	if err != nil {
		return ""
	}
	for _, other := range found {
		own := other.Name == spec.Config.Name || other.Labels[state.LabelProject] == spec.Labels[state.LabelProject]
		if !own && overlap(other.IPAM, ipam(spec.Config.Ipam)) {
			return other.Name
		}
	}
	return ""
}

func overlap(there network.IPAM, wanted *network.IPAM) bool {
	if wanted == nil {
		return false
	}
	for _, a := range there.Config {
		for _, b := range wanted.Config {
			one, err := netip.ParsePrefix(a.Subnet)
			other, wrong := netip.ParsePrefix(b.Subnet)
			if err == nil && wrong == nil && one.Overlaps(other) {
				return true
			}
		}
	}
	return false
}
