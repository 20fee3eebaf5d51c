package reconciler_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/engine/enginetest"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/reconciler"
	"github.com/stackctl/stack/state"
)

// filesVolume is in the names of the volumes that hold configs and secrets.
const filesVolume = ".files-"

// Every container that runs has the content, the owner and the mode of its
// configs and secrets, also after a run that was cut off; volumes that hold
// them are there as long as a container has them.
func TestFiles(t *testing.T) {
	check(t, func(ctx context.Context, h history, n int) error {
		m := h.newEngine()
		if err := up(ctx, m, h.first, h.policy); err != nil {
			return err
		}
		if err := hasFiles(ctx, m, h.first, h.engine.Remote); err != nil {
			return fmt.Errorf("the first run: %w", err)
		}
		killed, kill := context.WithCancel(ctx)
		defer kill()
		x := (&enginetest.Faults{Before: func(_ context.Context, c enginetest.Call) error {
			if c.Write && c.N >= n {
				kill()
				return errDead
			}
			return nil
		}}).Wrap(m)
		_ = up(killed, x, h.second, h.policy)
		if err := up(ctx, m, h.second, h.again()); err != nil {
			return err
		}
		if err := converged(ctx, m, h.second, h.again()); err != nil {
			return err
		}
		if err := hasFiles(ctx, m, h.second, h.engine.Remote); err != nil {
			return err
		}
		return leavesNoFiles(ctx, m, h.second)
	})
}

func hasFiles(ctx context.Context, x engine.Engine, desired state.Desired, remote bool) error {
	observed, err := x.Observe(ctx, planner.Scope(desired))
	if err != nil {
		return err
	}
	for _, s := range desired.Services {
		for _, c := range observed.Containers {
			if c.Service != s.Name || !c.Running() {
				continue
			}
			for _, file := range s.Files {
				if err := hasFile(ctx, x, c, file, remote); err != nil {
					return fmt.Errorf("container %s: %s: %w", c.Name, file.Name, err)
				}
			}
		}
	}
	for _, v := range observed.Volumes {
		used := slices.ContainsFunc(observed.Containers, func(c state.Container) bool {
			return slices.ContainsFunc(c.Mounts, func(m state.Mount) bool { return m.Name == v.Name || strings.Contains(m.Source, "/"+v.Name+"/") })
		})
		if strings.Contains(v.Name, filesVolume) && !used {
			return fmt.Errorf("volume %s is left", v.Name)
		}
	}
	return nil
}

func hasFile(ctx context.Context, x engine.Engine, c state.Container, file state.File, remote bool) error {
	if file.Source != "" && !file.Owned && !remote {
		if !slices.ContainsFunc(c.Mounts, func(m state.Mount) bool {
			return m.Type == "bind" && m.Source == file.Source && m.Destination == file.Target && m.ReadOnly
		}) {
			return fmt.Errorf("%s is not mounted", file.Source)
		}
		return nil
	}
	for _, check := range []struct{ command, want string }{
		{"cat " + file.Target, string(file.Content)},
		{"stat -c '%a %u %g' " + file.Target, fmt.Sprintf("%o %d %d", file.Mode, file.UID, file.GID)},
	} {
		got, err := x.Exec(ctx, c.ID, state.ExecSpec{Command: []string{"sh", "-c", check.command}})
		if err != nil {
			return err
		}
		if strings.TrimSpace(got.Output) != check.want {
			return fmt.Errorf("%s: %q, not %q", check.command, got.Output, check.want)
		}
	}
	return nil
}

// leavesNoFiles takes the project down, without the consent to remove volumes.
func leavesNoFiles(ctx context.Context, x engine.Engine, desired state.Desired) error {
	observed, err := x.Observe(ctx, planner.Scope(desired))
	if err != nil {
		return err
	}
	plan, err := planner.Down(desired, observed, planner.DownPolicy{RemoveOrphans: true})
	if err != nil {
		return err
	}
	if err := (reconciler.Executor{Engine: x}).Execute(ctx, plan); err != nil {
		return err
	}
	after, err := x.Observe(ctx, planner.Scope(desired))
	for _, v := range after.Volumes {
		if strings.Contains(v.Name, filesVolume) {
			return fmt.Errorf("down left volume %s", v.Name)
		}
	}
	return err
}
