package reconciler_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// Whatever people and other tools did to a project by hand, the next run
// converges, and no volume of a replica that is still there is lost.
func TestTampering(t *testing.T) {
	check(t, func(ctx context.Context, h history, n int) error {
		m := h.newEngine()
		if err := up(ctx, m, h.first, h.policy); err != nil {
			return err
		}
		random := rand.New(rand.NewPCG(uint64(n), 2))
		before, err := volumes(ctx, m, h.first)
		if err != nil {
			return err
		}
		for range n % 5 {
			time.Sleep(time.Duration(random.IntN(3)) * time.Second)
			touched, err := tamper(ctx, m, h.first, random)
			if errors.Is(err, engine.ErrNotFound) || errors.Is(err, engine.ErrConflict) {
				continue // the engine refuses a hand too: a start without the container whose network it shares
			}
			if err != nil {
				return fmt.Errorf("by hand: %w", err)
			}
			maps.DeleteFunc(before, func(place, _ string) bool { return strings.HasPrefix(place, touched+"/") })
		}
		if err := up(ctx, m, h.second, h.again()); err != nil {
			return err
		}
		if err := converged(ctx, m, h.second, h.again()); err != nil {
			return err
		}
		return keeps(ctx, m, h.second, before)
	})
}

// tamper does one thing to one container of a project. It returns the replica
// whose volume that may take away: "a/1".
func tamper(ctx context.Context, x engine.Engine, desired state.Desired, random *rand.Rand) (replica string, err error) {
	observed, err := x.Observe(ctx, planner.Scope(desired))
	if err != nil || len(observed.Containers) == 0 {
		return "", err
	}
	c := observed.Containers[random.IntN(len(observed.Containers))]
	replica = state.ContainerRef(c.Service, c.Number).String()
	switch random.IntN(9) {
	case 0:
		return "", x.StopContainer(ctx, c.ID, state.StopOptions{})
	case 1:
		return replica, x.RemoveContainer(ctx, c.ID, state.RemoveOptions{Force: true})
	case 2:
		return "", x.RenameContainer(ctx, c.ID, fmt.Sprintf("by-hand-%d", random.IntN(1000)))
	case 3:
		return "", x.StartContainer(ctx, c.ID)
	case 4: // another container in the slot, of another configuration
		labels := maps.Clone(c.Labels)
		labels[state.LabelConfigHash] = "by hand"
		_, err := x.CreateContainer(ctx, state.ContainerSpec{
			Name: fmt.Sprintf("second-%d", random.IntN(1000)), Project: c.Project, Service: c.Service, Number: c.Number,
			Labels: labels, Config: types.ServiceConfig{ContainerSpec: types.ContainerSpec{Image: c.Image}},
		}, nil)
		return replica, err
	case 5:
		return "", x.PauseContainer(ctx, c.ID)
	case 6:
		return "", x.KillContainer(ctx, c.ID, "SIGKILL")
	case 7: // a network, with all who are on it cut off
		if len(observed.Networks) == 0 {
			return "", nil
		}
		network := observed.Networks[random.IntN(len(observed.Networks))]
		for _, attached := range observed.Containers {
			if _, on := attached.Networks[network.Name]; on {
				_ = x.DisconnectNetwork(ctx, attached.ID, network.Name)
			}
		}
		return "", x.RemoveNetwork(ctx, network.ID)
	}
	for _, name := range slices.Sorted(maps.Keys(c.Networks))[:min(1, len(c.Networks))] {
		err = x.DisconnectNetwork(ctx, c.ID, name)
	}
	return "", err
}
