package planner_test

import (
	"strings"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// restarts makes a service depend on another with restart: true.
func restarts(on string) func(*state.Service) {
	return func(s *state.Service) {
		s.DependsOn = append(s.DependsOn, state.Dependency{Service: on, Condition: state.Started, Required: true, Restart: true})
	}
}

// since says when the containers of a service were created and started, in
// seconds.
func since(observed state.Observed, service string, created, started int64) {
	for i := range observed.Containers {
		if c := &observed.Containers[i]; c.Service == service {
			c.Created, c.StartedAt = time.Unix(created, 0), time.Unix(started, 0)
		}
	}
}

// replaced makes a container one that took the place of another.
func replaced(c *state.Container) { c.Labels[state.LabelReplace] = c.Name }

func TestWhatHasNotSeenAReplacementIsRestarted(t *testing.T) {
	for _, kind := range []struct {
		name   string
		option func(*state.Service)
		want   string
	}{
		{"a container that runs", func(*state.Service) {}, "stop app/1\nstart app/1 < stop app/1"},
		{"a job that has completed", oneShot, "start app/1"},
	} {
		t.Run(kind.name, func(t *testing.T) {
			desired := project(service("db", replicas(2)), service("app", restarts("db"), kind.option), service("beside", dependsOn("db", state.Started)))
			observed := holds(desired)
			since(observed, "db", 10, 11)
			since(observed, "app", 5, 20)
			since(observed, "beside", 1, 2)
			is(t, up(t, desired, observed, planner.UpPolicy{}), "")

			since(observed, "app", 5, 6) // before either container of db was created
			is(t, up(t, desired, observed, planner.UpPolicy{}), kind.want)

			observed.Containers[0].Created = time.Unix(3, 0) // db/2 was added since
			is(t, up(t, desired, observed, planner.UpPolicy{}), "")

			replaced(&observed.Containers[1]) // db/2 took the place of another
			is(t, up(t, desired, observed, planner.UpPolicy{}), kind.want)
		})
	}
}

// A replacement runs under its temporary name when its run ends, and what it
// depends on is replaced before the next one: that one restarts it as it
// finishes the replacement, whatever the order of updates.
func TestAnUnfinishedReplacementThatHasNotSeenAReplacementIsRestarted(t *testing.T) {
	for _, option := range []func(*state.Service){func(*state.Service) {}, rolls(types.UpdateConfig{}), rolls(types.UpdateConfig{Order: "start-first"})} {
		desired := project(service("db"), service("app", restarts("db"), option))
		observed := holds(desired)
		since(observed, "db", 10, 11)
		since(observed, "app", 5, 6)
		old := held(desired.Services[1], 1)
		old.ID, old.Labels[state.LabelConfigHash], old.StartedAt = "old", "other", time.Unix(2, 0)
		observed.Containers = append(observed.Containers, old)
		observed.Containers[1].Name += ".next-old"
		got := up(t, desired, observed, planner.UpPolicy{})
		assert.Assert(t, strings.Contains(got, "stop app/1\n"), got)
		start := got[strings.Index(got, "\nstart app/1 < "):]
		assert.Assert(t, strings.Contains(strings.SplitN(start, "\n", 3)[1], "stop app/1"), got)
	}
}

func TestADependencyThatIsScaledUpRestartsNobody(t *testing.T) {
	desired := project(service("db"), service("app", restarts("db")))
	observed := holds(desired)
	since(observed, "db", 1, 2)
	since(observed, "app", 1, 3)
	desired.Services[0].Replicas = 3
	got := up(t, desired, observed, planner.UpPolicy{})
	assert.Assert(t, strings.Contains(got, "create db/3"), got)
	assert.Assert(t, !strings.Contains(got, "app"), got)
}

func TestADependencyThatWasRemovedRestartsItsDependentsWhenItIsBack(t *testing.T) {
	desired := project(service("db"), service("app", restarts("db")))
	observed := holds(desired)
	observed.Containers = observed.Containers[1:]
	got := up(t, desired, observed, planner.UpPolicy{})
	assert.Assert(t, strings.Contains(got, "stop app/1 < start db/1\n"), got)
}

func TestACompletedJobIsRunAgainWhenItsDependencyIsReplaced(t *testing.T) {
	desired := project(service("db"), service("job", oneShot, restarts("db")))
	observed := holds(desired)
	desired.Services[0].Hash = "other"
	got := up(t, desired, observed, planner.UpPolicy{})
	assert.Assert(t, strings.Contains(got, "\nstart job/1 < start db/1\n"), got)
	assert.Assert(t, !strings.Contains(got, "stop job/1"), got)
}

func TestASharedNamespaceIsJoinedAgainWhenItsContainerStartedAgain(t *testing.T) {
	for _, field := range []string{"network_mode", "ipc", "pid"} {
		t.Run(field, func(t *testing.T) {
			desired := project(service("web", replicas(2)), service("side", restarts("web"), shares(field, "web")))
			observed := holds(desired)
			joins(t, &observed, desired, field)
			since(observed, "web", 1, 2)
			since(observed, "side", 1, 3)
			is(t, up(t, desired, observed, planner.UpPolicy{}), "")

			observed.Containers[1].StartedAt = time.Unix(9, 0) // another replica
			is(t, up(t, desired, observed, planner.UpPolicy{}), "")

			observed.Containers[0].StartedAt = time.Unix(9, 0)
			is(t, up(t, desired, observed, planner.UpPolicy{}), "stop side/1\nstart side/1 < stop side/1")
		})
	}
}

func shares(field, with string) func(*state.Service) {
	return func(s *state.Service) {
		switch field {
		case "network_mode":
			s.Config.NetworkMode, s.Config.Networks = "service:"+with, nil
		case "ipc":
			s.Config.Ipc = "service:" + with
		case "pid":
			s.Config.Pid = "service:" + with
		}
	}
}

// joins makes the last container one that shares a namespace of the first.
func joins(t *testing.T, observed *state.Observed, desired state.Desired, field string) {
	t.Helper()
	id := observed.Containers[0].ID
	c, written := &observed.Containers[len(observed.Containers)-1], desired.Services[1].Written
	switch mode := "container:" + id; field {
	case "network_mode":
		c.NetworkMode, written.NetworkMode = mode, mode
	case "ipc":
		c.IpcMode, written.Ipc = mode, mode
	case "pid":
		c.PidMode, written.Pid = mode, mode
	}
	hash, err := state.ServiceHash(written)
	assert.NilError(t, err)
	c.Labels[state.LabelConfigHash] = hash
}
