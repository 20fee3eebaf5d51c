//go:build unix

package planner_test

import (
	"fmt"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// fleet is a project of so many services, with ten tasks each, every one of which
// waits for one that is healthy; each tenth has a config of its own.
func fleet(services int) state.Desired {
	all := make([]state.Service, services)
	for i := range all {
		name := fmt.Sprintf("s%05d", i)
		options := []func(*state.Service){replicas(10)}
		if i > 0 {
			options = append(options, dependsOn(fmt.Sprintf("s%05d", (i-1)/10), state.Healthy))
		}
		all[i] = service(name, options...)
		level := "info"
		all[i].Config.Environment = types.MappingWithEquals{"LOG_LEVEL": &level, "NAME": &name}
	}
	desired := project(all...)
	for i := 0; i < services; i += 10 {
		desired = withInput(desired, i, state.KindConfig, all[i].Name, fmt.Sprintf("%016x", i))
	}
	return desired
}

// fleetOn is a Swarm that holds a fleet.
func fleetOn(t testing.TB, desired state.Desired) state.Observed {
	plan, err := planner.Up(desired, swarmOf(1000).Observed, planner.UpPolicy{})
	assert.NilError(t, err)
	m := swarmOf(1000)
	m.hold(t, plan)
	return m.Observed
}

// allChanged is a fleet in which every service is to be updated.
func allChanged(desired state.Desired) state.Desired {
	desired.Services = append([]state.Service(nil), desired.Services...)
	for i := range desired.Services {
		level := "debug"
		name := desired.Services[i].Name
		desired.Services[i].Config.Environment = types.MappingWithEquals{"LOG_LEVEL": &level, "NAME": &name}
	}
	return desired
}

// BenchmarkSwarmPlan measures how long it takes to plan for services with ten
// tasks each, on a Swarm of 1000 nodes: all of them new, none changed, all changed.
func BenchmarkSwarmPlan(b *testing.B) {
	for _, services := range []int{10, 100, 1000, 10000} {
		desired := fleet(services)
		held := fleetOn(b, desired)
		for _, c := range []struct {
			name     string
			desired  state.Desired
			observed state.Observed
		}{
			{"new", desired, swarmOf(1000).Observed}, {"unchanged", desired, held}, {"changed", allChanged(desired), held},
		} {
			measure(b, services, c.name, func() error {
				_, err := planner.Up(c.desired, c.observed, planner.UpPolicy{})
				return err
			})
		}
		measure(b, services, "down", func() error {
			_, err := planner.Down(desired, held, planner.DownPolicy{})
			return err
		})
	}
}

// measure reports the time of the processor as well, which does not grow with
// what else the machine does. The garbage collector's is in it.
func measure(b *testing.B, services int, what string, plan func() error) {
	b.Run(fmt.Sprintf("services=%d/%s", services, what), func(b *testing.B) {
		b.ReportAllocs()
		before := processorTime(b)
		for b.Loop() {
			assert.NilError(b, plan())
		}
		used := float64(processorTime(b)-before) / float64(b.N)
		b.ReportMetric(used/float64(time.Millisecond), "cpu-ms/op")
		b.ReportMetric(used/float64(services), "cpu-ns/service")
	})
}

func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	assert.NilError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// What is allocated to plan for a fleet grows with the number of its services and
// not faster: ten times as many take less than twelve times as much, and 10,000
// less than 1 GiB all in all.
func TestOnSwarmThePlanOfAFleetGrowsWithItsServices(t *testing.T) {
	allocated := func(services int) uint64 {
		desired := fleet(services)
		held := fleetOn(t, desired)
		desired = allChanged(desired)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		plan, err := planner.Up(desired, held, planner.UpPolicy{})
		runtime.ReadMemStats(&after)
		assert.NilError(t, err)
		assert.Equal(t, len(plan.Nodes), 2*services)
		return after.TotalAlloc - before.TotalAlloc
	}
	hundred, thousand, tenThousand := allocated(100), allocated(1000), allocated(10000)
	assert.Assert(t, thousand < 12*hundred, "%d bytes for 1000, %d for 100", thousand, hundred)
	assert.Assert(t, tenThousand < 12*thousand, "%d bytes for 10000, %d for 1000", tenThousand, thousand)
	assert.Assert(t, tenThousand < 1<<30, "%d bytes", tenThousand)
}
