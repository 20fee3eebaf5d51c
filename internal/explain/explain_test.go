package explain_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/internal/drift"
	"github.com/stackctl/stack/internal/explain"
	"github.com/stackctl/stack/internal/history"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

func noon() time.Time { return time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC) }

// container is a replica that was changed.
func container(service string, number int, changes ...func(*state.Container)) state.Container {
	c := state.Container{
		ID: "id-of-" + service, Name: "shop-" + service + "-1", Service: service, Number: number,
		Status: state.StatusRunning, Image: service + ":1", ImageID: "sha256:" + service, StartedAt: noon(),
	}
	for _, change := range changes {
		change(&c)
	}
	return c
}

func is(status state.Status) func(*state.Container) {
	return func(c *state.Container) { c.Status = status }
}

func ended(code int) func(*state.Container) {
	return func(c *state.Container) { c.Status, c.ExitCode, c.FinishedAt = state.StatusExited, code, noon() }
}

func health(h state.Health, probes ...state.Probe) func(*state.Container) {
	return func(c *state.Container) { c.Health, c.HealthLog, c.Healthcheck = h, probes, &state.Healthcheck{} }
}

func dependsOn(label string) func(*state.Container) {
	return func(c *state.Container) { c.Labels = map[string]string{state.LabelDependsOn: label} }
}

func refused() state.Probe { return state.Probe{ExitCode: 1, Output: "connection\nrefused\n"} }

func found(containers ...state.Container) explain.Found {
	return explain.Found{Project: "shop", Observed: state.Observed{Containers: containers}}
}

func only(t *testing.T, f explain.Found, name string) explain.Service {
	t.Helper()
	all := explain.Services(f, []string{name})
	assert.Equal(t, len(all), 1)
	return all[0]
}

func TestOneServiceIsJudgedByItsContainers(t *testing.T) {
	for _, test := range []struct {
		name       string
		containers []state.Container
		state      explain.State
		because    string
	}{
		{"none", nil, explain.Absent, "web has no container"},
		{"running", []state.Container{container("web", 1)}, explain.Running, "web runs"},
		{"healthy", []state.Container{container("web", 1, health(state.HealthHealthy))}, explain.Running, "web runs and is healthy"},
		{"starting", []state.Container{container("web", 1, health(state.HealthStarting, refused()))}, explain.Starting,
			"web runs, and its health is not known yet: probe exit 1: connection refused"},
		{"unhealthy", []state.Container{container("web", 1, health(state.HealthUnhealthy, refused(), state.Probe{}))}, explain.Failed,
			"web is unhealthy: probe exit 1: connection refused"},
		{"paused", []state.Container{container("web", 1, is(state.StatusPaused))}, explain.Paused, "web is paused"},
		{"created", []state.Container{container("web", 1, is(state.StatusCreated))}, explain.Stopped, "web was not started"},
		{"stopped", []state.Container{container("web", 1, ended(143))}, explain.Stopped, "web has ended: exit code 143 (SIGTERM)"},
		{"ended with 0", []state.Container{container("web", 1, ended(0))}, explain.Stopped, "web has ended: exit code 0"},
		{"ended with an error", []state.Container{container("web", 1, ended(3))}, explain.Failed, "web has ended: exit code 3"},
		{"out of memory", []state.Container{container("web", 1, ended(137), func(c *state.Container) { c.OOMKilled = true })}, explain.Failed,
			"web has ended: exit code 137, out of memory"},
		{"not started", []state.Container{container("web", 1, is(state.StatusCreated), func(c *state.Container) { c.Error = "port is taken" })},
			explain.Failed, "web did not start: port is taken"},
		{"a loop", []state.Container{container("web", 1, is(state.StatusRestarting), func(c *state.Container) { c.ExitCode, c.RestartCount = 1, 7 })},
			explain.Restarting, "web restarts in a loop: exit code 1, restarted 7 times"},
		{"the worst of several", []state.Container{container("web", 1), container("web", 2, ended(1))}, explain.Failed, "web/2 has ended: exit code 1"},
		{"one of several stopped", []state.Container{container("web", 1), container("web", 2, ended(0))}, explain.Stopped, "1 of 2 run: web/2 has ended: exit code 0"},
		{"a completed job", []state.Container{container("web", 1, ended(0)), container("next", 1, dependsOn("web:service_completed_successfully:false"))},
			explain.Completed, "web has completed"},
		{"a failed hook", []state.Container{
			container("web", 1, is(state.StatusCreated)),
			container("web", 0, ended(2), func(c *state.Container) { c.Labels = map[string]string{state.LabelHook: "pre_start"} }),
		}, explain.Failed, "web has a pre_start hook that failed: exit code 2"},
		{"a container that an update keeps", []state.Container{container("web", 1, ended(143)), container("web", 1)}, explain.Running, "web runs"},
		{"a one-off", []state.Container{container("web", 1, func(c *state.Container) { c.OneOff = true })}, explain.Absent, "web has no container"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := only(t, found(test.containers...), "web")
			assert.Equal(t, s.State, test.state)
			assert.DeepEqual(t, s.Because, []string{test.because})
		})
	}
}

func TestTheChainGoesDownToTheRoot(t *testing.T) {
	const onAPI, onDB = "api:service_healthy:false", "db:service_healthy:false"
	created := is(state.StatusCreated)
	for _, test := range []struct {
		name    string
		db      []func(*state.Container)
		state   explain.State
		because string
	}{
		{"unhealthy", []func(*state.Container){health(state.HealthUnhealthy, refused())}, explain.Waiting, "db is unhealthy: probe exit 1: connection refused"},
		{"no healthcheck", nil, explain.Waiting, "db runs, but has no healthcheck, so it can never be healthy"},
		{"ended", []func(*state.Container){ended(1)}, explain.Waiting, "db has ended: exit code 1"},
		{"paused while unhealthy", []func(*state.Container){is(state.StatusPaused), health(state.HealthUnhealthy)}, explain.Waiting, "db is paused"},
		{"not started", []func(*state.Container){created}, explain.Stopped, "db was not started"},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := found(container("api", 1, created, dependsOn(onDB)), container("db", 1, test.db...), container("web", 1, created, dependsOn(onAPI)))
			s := only(t, f, "web")
			assert.Equal(t, s.State, test.state)
			assert.Equal(t, strings.Join(s.Because, ": "), "web waits for api (service_healthy): api waits for db (service_healthy): "+test.because)
			assert.Assert(t, !s.DependsOn[0].Met)
			assert.DeepEqual(t, s.DependsOn[0].Why, s.Because[1:])
			assert.DeepEqual(t, only(t, f, "db").NeededBy, []explain.Dependent{{Service: "api", Condition: state.Healthy}})
		})
	}
}

func TestWhatIsMetIsNotWaitedFor(t *testing.T) {
	s := only(t, found(container("web", 1, is(state.StatusCreated), dependsOn("db:service_started:false")), container("db", 1)), "web")
	assert.Equal(t, s.State, explain.Stopped)
	assert.Assert(t, s.DependsOn[0].Met)
}

func TestACompletionIsWaitedFor(t *testing.T) {
	const label = "job:service_completed_successfully:false"
	for text, job := range map[string]state.Container{
		"job has not ended yet":        container("job", 1),
		"job has ended: exit code 3":   container("job", 1, ended(3)),
		"job has no container":         container("other", 1),
		"job was not started":          container("job", 1, is(state.StatusCreated)),
		"job did not start: no such …": container("job", 1, is(state.StatusCreated), func(c *state.Container) { c.Error = "no such …" }),
	} {
		s := only(t, found(container("web", 1, is(state.StatusCreated), dependsOn(label)), job), "web")
		assert.DeepEqual(t, s.Because, []string{"web waits for job (service_completed_successfully)", text})
	}
}

func TestServicesThatWaitForEachOtherEnd(t *testing.T) {
	created := is(state.StatusCreated)
	f := found(container("a", 1, created, dependsOn("b:service_started:false")), container("b", 1, created, dependsOn("a:service_started:false")))
	assert.DeepEqual(t, only(t, f, "a").Because, []string{"a waits for b (service_started)", "b waits for a (service_started)", "a was not started"})
}

func TestTheFileSaysWhatIsWanted(t *testing.T) {
	f := found(container("web", 1))
	f.Desired = &state.Desired{
		Services: []state.Service{
			{Name: "web", Replicas: 3, DependsOn: []state.Dependency{{Service: "mail", Condition: state.Started}, {Service: "none", Condition: state.Healthy, Required: true}}},
			{Name: "none"},
		},
		Providers: []state.Provider{{Name: "cloud"}},
	}
	s := only(t, f, "web")
	assert.Equal(t, *s.Wanted, 3)
	assert.Equal(t, s.State, explain.Stopped)
	assert.DeepEqual(t, s.Because, []string{"web has 1 of 3 replicas"})
	assert.DeepEqual(t, s.DependsOn, []explain.Wait{
		{Service: "mail", Condition: state.Started, Why: []string{"mail has no container"}},
		{Service: "none", Condition: state.Healthy, Required: true, Met: true},
	})
	assert.DeepEqual(t, only(t, f, "none").Because, []string{"none has no container, and 0 replicas are wanted"})
	assert.Equal(t, only(t, f, "cloud").State, explain.Provided)
	assert.DeepEqual(t, explain.Names(f), []string{"cloud", "none", "web"})
}

func TestAReplicaIsDescribed(t *testing.T) {
	f := found(container("web", 1, health(state.HealthUnhealthy, refused(), refused(), state.Probe{}, refused())), container("job", 1, ended(3)))
	f.Observed.Images = map[string]state.Image{"web:1": {ID: "sha256:new"}}
	f.Logs = map[string][]state.LogLine{"id-of-web": {{Text: "hello"}}}
	r := only(t, f, "web").Replicas[0]
	assert.Equal(t, len(r.Probes), 3)
	assert.DeepEqual(t, r.Log, []string{"hello"})
	assert.DeepEqual(t, r.Image, explain.Image{Reference: "web:1", ID: "sha256:web", Now: "sha256:new"})
	assert.Assert(t, r.Since.Equal(noon()) && r.ExitCode == nil)
	r = only(t, f, "job").Replicas[0]
	assert.Assert(t, r.Image.Gone && *r.ExitCode == 3 && r.Since.Equal(noon()))
}

func TestWhatIsNextAndWhatWasLast(t *testing.T) {
	f := found(container("web", 1))
	assert.Equal(t, only(t, f, "web").Next.Unknown, "no compose file is read")
	f.PlanError = errors.New("compose.yaml is wrong")
	assert.Equal(t, only(t, f, "web").Next.Unknown, "compose.yaml is wrong")
	changes := []planner.Change{
		{Ref: state.ContainerRef("db", 1), Action: planner.Create},
		{Ref: state.ContainerRef("web", 1), Action: planner.Replace},
		{Ref: state.ContainerRef("web", 2), Action: planner.NoOp},
		{Ref: state.VolumeRef("web"), Action: planner.Create},
	}
	f.Plan = &planner.Plan{Changes: changes, Pending: []planner.Pending{{Services: []string{"web"}}}}
	f.Last = &history.Revision{Number: 4, Outcome: history.Failed, Changes: changes}
	f.Drift = drift.Report{Drifts: []drift.Drift{
		{Ref: state.ContainerRef("web", 1), Kind: drift.Paused}, {Ref: state.ContainerRef("db", 1), Kind: drift.Paused},
		{Ref: state.VolumeRef("data"), Kind: drift.Removed, Services: []string{"web"}},
	}}
	s := only(t, f, "web")
	assert.DeepEqual(t, s.Next, explain.Next{Changes: changes[1:2], Pending: true})
	assert.DeepEqual(t, *s.Last, explain.Last{Revision: 4, Outcome: history.Failed, Changes: changes[1:2]})
	assert.Equal(t, len(s.Drift), 2)
}

func TestOfTheLastRevisionAServiceIsToldWhatWentWrongWithItAndWithWhatItWaitsFor(t *testing.T) {
	f := found(container("db", 1), container("web", 1, dependsOn("db:service_started:true")), container("log", 1))
	f.Last = &history.Revision{
		Error: "db broke\nlog broke\ninterrupted",
		Causes: []history.Cause{
			{Service: "db", Text: "db broke"}, {Service: "log", Text: "log broke"}, {Text: "interrupted"},
		},
	}
	assert.Equal(t, only(t, f, "db").Last.Error, "db broke\ninterrupted")
	assert.Equal(t, only(t, f, "web").Last.Error, "db broke\ninterrupted")
	assert.Equal(t, only(t, f, "log").Last.Error, "log broke\ninterrupted")
	f.Last.Causes = nil // as an older version has written it
	assert.Equal(t, only(t, f, "log").Last.Error, f.Last.Error)
}
