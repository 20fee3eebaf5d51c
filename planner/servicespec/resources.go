package servicespec

import (
	"math"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/docker/api/types/swarm"

	"github.com/stackctl/stack/state"
)

// resources are the limits and reservations of each task; those under deploy win
// over the short forms beside it.
func (c *converter) resources() *swarm.ResourceRequirements {
	limits := state.LimitsOf(c.config)
	cpus := c.config.CPUS
	reserved := swarm.Resources{MemoryBytes: limits.MemoryReservation}
	if under := c.deploy().Resources; under.Limits != nil && under.Limits.NanoCPUs != 0 {
		cpus = under.Limits.NanoCPUs.Value()
	}
	if under := c.deploy().Resources.Reservations; under != nil {
		reserved.NanoCPUs = nanoCPUs(under.NanoCPUs.Value())
		reserved.GenericResources = genericResources(under.GenericResources)
	}
	return &swarm.ResourceRequirements{
		Limits:       &swarm.Limit{NanoCPUs: nanoCPUs(cpus), MemoryBytes: limits.Memory, Pids: max(limits.PidsLimit, 0)},
		Reservations: &reserved,
	}
}

// nanoCPUs is exact where the file's decimal number is: 0.1 is 100000000.
func nanoCPUs(cpus float32) int64 {
	exact, err := strconv.ParseFloat(strconv.FormatFloat(float64(cpus), 'f', -1, 32), 64)
	if err != nil {
		exact = float64(cpus)
	}
	return int64(math.Round(exact * 1e9))
}

func genericResources(wanted []types.GenericResource) []swarm.GenericResource {
	var all []swarm.GenericResource
	for _, r := range wanted {
		if d := r.DiscreteResourceSpec; d != nil {
			all = append(all, swarm.GenericResource{DiscreteResourceSpec: &swarm.DiscreteGenericResource{Kind: d.Kind, Value: d.Value}})
		}
	}
	return all
}

func (c *converter) placement() *swarm.Placement {
	wanted := c.deploy().Placement
	p := &swarm.Placement{Constraints: wanted.Constraints, MaxReplicas: wanted.MaxReplicas}
	for _, preference := range wanted.Preferences {
		p.Preferences = append(p.Preferences, swarm.PlacementPreference{Spread: &swarm.SpreadOver{SpreadDescriptor: preference.Spread}})
	}
	if c.config.Platform != "" {
		system, rest, _ := strings.Cut(c.config.Platform, "/")
		architecture, _, _ := strings.Cut(rest, "/") // a Swarm does not tell variants apart
		p.Platforms = []swarm.Platform{{OS: system, Architecture: architecture}}
	}
	return p
}
