package memory_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/engine/memory"
	"github.com/stackctl/stack/state"
)

// act is a call, or time that passes, and prints as such.
type act struct {
	Text string
	Do   func(context.Context, engine.Engine) error
}

func (a act) String() string { return a.Text }

// pull makes the image as old in every process.
var pull = act{"pull", func(ctx context.Context, e engine.Engine) error { return e.PullImage(ctx, "busybox", "", nil) }}

// acts draws calls about few containers, so that they meet.
func acts() *rapid.Generator[[]act] {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) act {
		service := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "service")
		name := "p-" + service + "-1"
		kind := rapid.SampledFrom([]string{
			"create", "create", "start", "start", "start", "stop", "remove", "force", "rename",
			"sleep", "sleep", "exec", "connect", "disconnect", "network", "volume",
		}).Draw(t, "kind")
		a := act{Text: kind + " " + service}
		switch kind {
		case "create":
			spec := drawSpec(t, service)
			a.Text += fmt.Sprintf(" %v", spec.Labels)
			a.Do = func(ctx context.Context, e engine.Engine) error {
				_, err := e.CreateContainer(ctx, spec, nil)
				return err
			}
		case "start":
			a.Do = func(ctx context.Context, e engine.Engine) error { return e.StartContainer(ctx, name) }
		case "stop":
			a.Do = func(ctx context.Context, e engine.Engine) error {
				return e.StopContainer(ctx, name, state.StopOptions{})
			}
		case "remove", "force":
			options := state.RemoveOptions{Volumes: rapid.Bool().Draw(t, "volumes"), Force: kind == "force"}
			a.Do = func(ctx context.Context, e engine.Engine) error { return e.RemoveContainer(ctx, name, options) }
		case "rename":
			a.Do = func(ctx context.Context, e engine.Engine) error { return e.RenameContainer(ctx, name, "p-x-1") }
		case "exec":
			spec := state.ExecSpec{Command: []string{"sh", "-c", "touch /up; sleep 0.5"}}
			a.Do = func(ctx context.Context, e engine.Engine) error { _, err := e.Exec(ctx, name, spec); return err }
		case "connect":
			a.Do = func(ctx context.Context, e engine.Engine) error {
				return e.ConnectNetwork(ctx, name, state.Attachment{Network: "p_n", Aliases: []string{service}})
			}
		case "disconnect":
			a.Do = func(ctx context.Context, e engine.Engine) error { return e.DisconnectNetwork(ctx, name, "p_n") }
		case "network":
			a.Do = toggleNetwork
		case "volume":
			a.Do = func(ctx context.Context, e engine.Engine) error { return e.RemoveVolume(ctx, "p_data") }
		default:
			d := time.Duration(rapid.IntRange(1, 20_000).Draw(t, "ms")) * time.Millisecond
			a.Text = "sleep " + d.String()
			a.Do = func(context.Context, engine.Engine) error { time.Sleep(d); return nil }
		}
		return a
	}), 1, 40)
}

func toggleNetwork(ctx context.Context, e engine.Engine) error {
	spec := state.NetworkSpec{Labels: map[string]string{state.LabelProject: "p"}, Config: types.NetworkConfig{Name: "p_n"}}
	err := e.CreateNetwork(ctx, spec)
	if errors.Is(err, engine.ErrConflict) {
		return e.RemoveNetwork(ctx, "p_n")
	}
	return err
}

func drawSpec(t *rapid.T, name string) state.ContainerSpec {
	behavior := map[string]string{}
	for key, values := range map[string][]string{
		"exit-after": {"0s", "700ms", "30s"}, "exit-code": {"0", "1"}, "stop-takes": {"2s", "20s"},
		"ready-after": {"1500ms"}, "never-healthy": {"true"}, "start-error": {"nope"}, "start-delay": {"100ms"},
	} {
		if rapid.IntRange(0, 4).Draw(t, key) == 0 {
			behavior[key] = rapid.SampledFrom(values).Draw(t, key)
		}
	}
	spec := service(name, behavior)
	spec.Config.Restart = rapid.SampledFrom([]string{"", "always", "on-failure:2"}).Draw(t, "restart")
	if rapid.Bool().Draw(t, "healthcheck") {
		spec = checked(spec, 2*time.Second, 2)
	}
	if rapid.Bool().Draw(t, "test") && spec.Config.HealthCheck != nil {
		spec.Config.HealthCheck.Test = types.HealthCheckTest{"CMD", "test", "-f", "/up"}
	}
	spec.Config.NetworkMode = "bridge"
	spec.Config.Volumes = []types.ServiceVolumeConfig{
		{Type: "volume", Target: "/anonymous"}, {Type: "volume", Source: "p_data", Target: "/data"},
	}
	if rapid.Bool().Draw(t, "port") {
		spec.Config.Ports = []types.ServicePortConfig{{Published: "8080", Target: 80}}
	}
	return spec
}

// play acts on an engine, and calls after each act.
func play(ctx context.Context, all []act, e func() (engine.Engine, error), after func(engine.Engine, string) error) error {
	for i, a := range all {
		x, err := e()
		if err != nil {
			return err
		}
		failed := ""
		if err := a.Do(ctx, x); err != nil {
			failed = err.Error()
		}
		if err := after(x, failed); err != nil {
			return fmt.Errorf("after act %d, %s (%s): %w", i, a, failed, err)
		}
	}
	return nil
}

func snapshot(ctx context.Context, e engine.Engine) (state.Observed, error) {
	return e.Observe(ctx, state.Scope{Project: "p", Volumes: []string{"p_data"}, Images: []string{"busybox"}})
}

// An engine that is saved and loaded between any two calls is the same as one
// that never was: it answers the same, and holds the same.
func TestSavedIsTheSame(t *testing.T) {
	dir := t.TempDir()
	files := 0
	rapid.Check(t, func(rt *rapid.T) {
		all := append([]act{pull}, acts().Draw(rt, "acts")...)
		files++
		path := filepath.Join(dir, fmt.Sprint(files))
		var want, got []any
		record := func(to *[]any) func(engine.Engine, string) error {
			return func(e engine.Engine, failed string) error {
				o, err := snapshot(t.Context(), e)
				*to = append(*to, failed, o)
				return err
			}
		}
		var err error
		synctest.Test(t, func(t *testing.T) {
			one := memory.New(memory.Options{}).Engine()
			err = play(t.Context(), all, func() (engine.Engine, error) { return one, nil }, record(&want))
		})
		if err != nil {
			rt.Fatal(err)
		}
		synctest.Test(t, func(t *testing.T) {
			err = play(t.Context(), all, func() (engine.Engine, error) {
				m, err := memory.Load(path, memory.Options{})
				return m.Engine(), err
			}, record(&got))
		})
		if err != nil {
			rt.Fatal(err)
		}
		for i := range want {
			if diff := cmp.Diff(want[i], got[i]); diff != "" {
				rt.Fatalf("after act %d, %s: %s", i/2, all[i/2], diff)
			}
		}
		_ = os.Remove(path) // the directory is removed anyway
	})
}

// What Watch tells, and what an inspect says, are one story; and no two
// containers have the same name, or the same host port.
func TestEventsTellTheState(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		all := append([]act{pull}, acts().Draw(rt, "acts")...)
		var err error
		synctest.Test(t, func(t *testing.T) {
			e := memory.New(memory.Options{}).Engine()
			w := watch(t, e)
			err = play(t.Context(), all, func() (engine.Engine, error) { return e, nil }, func(e engine.Engine, _ string) error {
				o, err := snapshot(t.Context(), e)
				if err != nil {
					return err
				}
				synctest.Wait()
				if err := sound(o); err != nil {
					return err
				}
				return story(w.soFar()).agrees(o)
			})
			w.actions()
		})
		if err != nil {
			rt.Fatal(err)
		}
	})
}

func sound(o state.Observed) error {
	names, ports := map[string]bool{}, map[int]bool{}
	held := map[string]bool{}
	for _, v := range o.Volumes {
		held[v.Name] = true
	}
	for _, c := range o.Containers {
		if names[c.Name] {
			return fmt.Errorf("two containers have the name %s", c.Name)
		}
		names[c.Name] = true
		for _, p := range c.Ports {
			if ports[p.PublishedPort] {
				return fmt.Errorf("two containers have the port %d", p.PublishedPort)
			}
			ports[p.PublishedPort] = true
		}
		if !c.Running() && len(c.Ports) > 0 {
			return fmt.Errorf("container %s has a port and does not run", c.Name)
		}
		if !held["p_data"] {
			return fmt.Errorf("container %s lost its volume", c.Name)
		}
	}
	return nil
}

// story is what the events say of containers.
type story []state.Occurrence

func (s story) agrees(o state.Observed) error {
	last := map[string]state.Occurrence{}
	health := map[string]state.Health{}
	names := map[string]string{}
	for _, e := range s {
		names[e.Container] = e.Name
		switch e.Action {
		case state.ActionHealthy, state.ActionUnhealthy:
			health[e.Container] = state.Health(e.Action)
		case state.ActionRename:
		case state.ActionDestroy:
			delete(last, e.Container)
		default:
			delete(health, e.Container)
			last[e.Container] = e
		}
	}
	if len(last) != len(o.Containers) {
		return fmt.Errorf("%d containers are there, %d were told", len(o.Containers), len(last))
	}
	for _, c := range o.Containers {
		running := last[c.ID].Action == state.ActionStart
		switch {
		case running != c.Running():
			return fmt.Errorf("%s is %s, the last that was told is %s", c.Name, c.Status, last[c.ID].Action)
		case names[c.ID] != c.Name:
			return fmt.Errorf("%s is called %s in the last event", c.Name, names[c.ID])
		case running && c.Health != state.HealthNone && c.Health != state.HealthStarting && c.Health != health[c.ID]:
			return fmt.Errorf("%s is %s, it was told to be %q", c.Name, c.Health, health[c.ID])
		case last[c.ID].Action == state.ActionDie && c.Error == "" && last[c.ID].ExitCode != c.ExitCode:
			return fmt.Errorf("%s ended with %d, %d was told", c.Name, c.ExitCode, last[c.ID].ExitCode)
		}
	}
	return nil
}
