package docker_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/engine/docker"
	"github.com/stackctl/stack/state"
)

// image is what the tests' containers run: a busybox (scripts/images.sh makes
// it where it cannot be pulled).
const image = "busybox"

// live connects to the real engine: STACK_TEST_ENGINE, or the one that the
// docker CLI would use. Without one the test fails, unless STACK_E2E=off.
func live(t *testing.T) engine.Engine {
	t.Helper()
	connection, err := docker.Connect(docker.Options{Host: os.Getenv("STACK_TEST_ENGINE")})
	if err == nil {
		t.Cleanup(func() { assert.Check(t, connection.Close()) })
		_, err = connection.Engine().Info(t.Context())
	}
	if err == nil {
		return connection.Engine()
	}
	if os.Getenv("STACK_E2E") == "off" && os.Getenv("CI") != "true" {
		t.Skipf("STACK_E2E=off: NOT RUN, no engine: %v", err)
	}
	t.Fatalf("no engine to test with (STACK_E2E=off leaves these tests out): %v", err)
	return engine.Engine{}
}

var projects atomic.Int64

// project names a project that no other test has, and removes what is left of
// it at the end.
func project(t *testing.T, e engine.Engine) string {
	t.Helper()
	name := fmt.Sprintf("tb-%d-%d", os.Getpid(), projects.Add(1))
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		left, err := e.Observe(ctx, state.Scope{Project: name})
		assert.Check(t, err)
		for _, c := range left.Containers {
			assert.Check(t, e.RemoveContainer(ctx, c.ID, state.RemoveOptions{Force: true, Volumes: true}))
		}
		for _, n := range left.Networks {
			assert.Check(t, e.RemoveNetwork(ctx, n.ID))
		}
		for _, v := range left.Volumes {
			assert.Check(t, e.RemoveVolume(ctx, v.Name))
		}
	})
	return name
}

func spec(project, service string, command ...string) state.ContainerSpec {
	stop := types.Duration(0)
	return state.ContainerSpec{
		Name:    project + "-" + service + "-1",
		Project: project,
		Service: service,
		Number:  1,
		Labels: map[string]string{
			state.LabelProject: project,
			state.LabelService: service,
			state.LabelNumber:  "1",
			state.LabelOneOff:  "False",
		},
		Config: types.ServiceConfig{
			ContainerSpec: types.ContainerSpec{Image: image, Command: command, StopGracePeriod: &stop},
		},
	}
}

// started creates and starts a container.
func started(t *testing.T, e engine.Engine, spec state.ContainerSpec) string {
	t.Helper()
	id, err := e.CreateContainer(t.Context(), spec, nil)
	assert.NilError(t, err)
	assert.NilError(t, e.StartContainer(t.Context(), id))
	return id
}

// lines reads a container's log until it ends.
func lines(t *testing.T, e engine.Engine, container string) []string {
	t.Helper()
	var all []string
	err := e.Logs(t.Context(), container, state.LogOptions{Follow: true}, func(l state.LogLine) { all = append(all, l.Text) })
	assert.NilError(t, err)
	return all
}

func TestLifecycleIsSafeToRepeat(t *testing.T) {
	e := live(t)
	s := spec(project(t, e), "web", "sleep", "600")
	id, err := e.CreateContainer(t.Context(), s, nil)
	assert.NilError(t, err)
	_, err = e.CreateContainer(t.Context(), s, nil)
	assert.ErrorIs(t, err, engine.ErrConflict)
	assert.ErrorContains(t, err, s.Name)

	for range 2 {
		assert.NilError(t, e.StartContainer(t.Context(), id))
	}
	c, err := e.InspectContainer(t.Context(), s.Name)
	assert.NilError(t, err)
	assert.Equal(t, c.Status, state.StatusRunning)
	assert.Assert(t, strings.HasPrefix(c.Labels[state.LabelImage], "sha256:"))

	for range 2 {
		assert.NilError(t, e.StopContainer(t.Context(), id, state.StopOptions{}))
	}
	for range 2 {
		assert.NilError(t, e.RenameContainer(t.Context(), id, s.Name+"-renamed"))
	}
	for range 2 {
		assert.NilError(t, e.RemoveContainer(t.Context(), id, state.RemoveOptions{}))
	}
	_, err = e.InspectContainer(t.Context(), id)
	assert.ErrorIs(t, err, engine.ErrNotFound)
}

func TestFilesAreWrittenBeforeTheStart(t *testing.T) {
	e := live(t)
	s := spec(project(t, e), "web", "sh", "-c", "ls -ln /run/secrets/token; stat -c %a:%u /deep /deep/er; cat /deep/er/file")
	id, err := e.CreateContainer(t.Context(), s, nil)
	assert.NilError(t, err)
	assert.NilError(t, e.WriteFiles(t.Context(), id, []state.File{
		{Name: "secret/token", Target: "/run/secrets/token", UID: 1000, GID: 1001, Mode: 0o400, Content: state.Content("hush")},
		{Name: "config/file", Target: "/deep/er/file", Mode: 0o444, Content: state.Content("content\n")},
	}))
	assert.NilError(t, e.StartContainer(t.Context(), id))
	got := lines(t, e, id)
	assert.Assert(t, len(got) == 4, "%q", got)
	assert.Assert(t, strings.HasPrefix(got[0], "-r--------    1 1000     1001             4"), "%q", got[0])
	assert.DeepEqual(t, got[1:], []string{"755:0", "755:0", "content"})
}

func TestLogsLoseNothing(t *testing.T) {
	const count = 300_000
	e := live(t)
	s := spec(project(t, e), "talk", "sh", "-c", fmt.Sprintf("seq 1 %d; seq 1 10 >&2", count))
	id := started(t, e, s)
	out, errs := 0, 0
	err := e.Logs(t.Context(), id, state.LogOptions{Follow: true}, func(l state.LogLine) {
		if l.Stderr {
			errs++
			assert.Equal(t, l.Text, fmt.Sprint(errs))
			return
		}
		out++
		if l.Text != fmt.Sprint(out) {
			t.Fatalf("line %d is %q", out, l.Text)
		}
	})
	assert.NilError(t, err)
	assert.Equal(t, out, count)
	assert.Equal(t, errs, 10)
}

func TestLongLinesAreWhole(t *testing.T) {
	e := live(t)
	s := spec(project(t, e), "talk", "sh", "-c", "head -c 100000 /dev/zero | tr '\\0' x; echo; printf end")
	id := started(t, e, s)
	got := lines(t, e, id)
	assert.Equal(t, len(got), 2)
	assert.Equal(t, len(got[0]), 100_000)
	assert.Equal(t, got[1], "end")
	var stamped []string
	assert.NilError(t, e.Logs(t.Context(), id, state.LogOptions{Timestamps: true}, func(l state.LogLine) { stamped = append(stamped, l.Text) }))
	assert.Equal(t, len(stamped), 2)
	_, text, _ := strings.Cut(stamped[0], " ")
	assert.Equal(t, len(text), 100_000)
}

func TestTheLastWordIsHeard(t *testing.T) {
	e := live(t)
	name := project(t, e)
	for n, test := range []struct {
		script string
		tty    bool
		expect []string
	}{
		{script: "sleep 0.2; printf end", expect: []string{"end"}},
		{script: "echo begin; sleep 0.2; printf end", expect: []string{"begin", "end"}},
		{script: "echo begin; sleep 0.2; printf end", tty: true, expect: []string{"begin", "end"}},
	} {
		s := spec(name, fmt.Sprint("talk", n), "sh", "-c", test.script)
		s.Config.Tty = test.tty
		assert.DeepEqual(t, lines(t, e, started(t, e, s)), test.expect)
	}
}

func TestTerminalOutput(t *testing.T) {
	e := live(t)
	s := spec(project(t, e), "tty", "sh", "-c", "echo one; echo two >&2")
	s.Config.Tty = true
	id := started(t, e, s)
	assert.DeepEqual(t, lines(t, e, id), []string{"one", "two"})
}

func TestLogsThatCannotBeRead(t *testing.T) {
	e := live(t)
	s := spec(project(t, e), "mute", "sleep", "600")
	s.Config.Logging = &types.LoggingConfig{Driver: "none"}
	id := started(t, e, s)
	err := e.Logs(t.Context(), id, state.LogOptions{}, func(state.LogLine) {})
	assert.ErrorContains(t, err, "does not support reading")
	assert.ErrorContains(t, err, "logging driver is none")
}

func TestExec(t *testing.T) {
	e := live(t)
	id := started(t, e, spec(project(t, e), "web", "sleep", "600"))
	for _, test := range []struct {
		name string
		spec state.ExecSpec
		code int
		out  string
	}{
		{name: "success", spec: state.ExecSpec{Command: []string{"echo", "hi"}}, out: "hi\n"},
		{name: "exit code and stderr", spec: state.ExecSpec{Command: []string{"sh", "-c", "echo no >&2; exit 7"}}, code: 7, out: "no\n"},
		{name: "environment and folder", spec: state.ExecSpec{Command: []string{"sh", "-c", "pwd; echo $K"}, Env: []string{"K=v"}, WorkingDir: "/tmp"}, out: "/tmp\nv\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			result, err := e.Exec(t.Context(), id, test.spec)
			assert.NilError(t, err)
			assert.Equal(t, result.ExitCode, test.code)
			assert.Equal(t, result.Output, test.out)
		})
	}
	t.Run("only the end of much output", func(t *testing.T) {
		result, err := e.Exec(t.Context(), id, state.ExecSpec{Command: []string{"seq", "1", "100000"}})
		assert.NilError(t, err)
		assert.Equal(t, len(result.Output), 64<<10)
		assert.Assert(t, strings.HasSuffix(result.Output, "\n100000\n"))
	})
	t.Run("cancelled", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		_, err := e.Exec(ctx, id, state.ExecSpec{Command: []string{"sleep", "3"}})
		assert.ErrorIs(t, err, context.DeadlineExceeded)
	})
	t.Run("command not found", func(t *testing.T) {
		result, err := e.Exec(t.Context(), id, state.ExecSpec{Command: []string{"nosuch"}})
		assert.NilError(t, err)
		assert.Assert(t, result.ExitCode == 126 || result.ExitCode == 127, "%d", result.ExitCode) // engines differ
	})
	t.Run("absent container", func(t *testing.T) {
		_, err := e.Exec(t.Context(), "tb-nosuch", state.ExecSpec{Command: []string{"true"}})
		assert.ErrorIs(t, err, engine.ErrNotFound)
	})
}

func TestWatchSeesALife(t *testing.T) {
	e := live(t)
	name := project(t, e)
	ctx, cancel := context.WithCancel(t.Context())
	ready := make(chan struct{})
	seen := make(chan state.Occurrence, 100)
	ended := make(chan error, 1)
	go func() {
		ended <- e.Watch(ctx, name, func() { close(ready) }, func(o state.Occurrence) { seen <- o })
	}()
	<-ready
	s := spec(name, "job", "sh", "-c", "exit 3")
	s.Config.HealthCheck = &types.HealthCheckConfig{Disable: true}
	id := started(t, e, s)
	var actions []state.Action
	for len(actions) < 3 {
		o := <-seen
		assert.Equal(t, o.Container, id)
		assert.Equal(t, o.Name, s.Name)
		assert.Equal(t, o.Service, "job")
		actions = append(actions, o.Action)
		if o.Action == state.ActionDie {
			assert.Equal(t, o.ExitCode, 3)
		}
	}
	assert.DeepEqual(t, actions, []state.Action{state.ActionCreate, state.ActionStart, state.ActionDie})

	healthy := spec(name, "db", "sleep", "600")
	interval := types.Duration(100 * time.Millisecond)
	healthy.Config.HealthCheck = &types.HealthCheckConfig{Test: []string{"CMD", "true"}, Interval: &interval}
	started(t, e, healthy)
	for o := range seen {
		if o.Action == state.ActionHealthy {
			assert.Equal(t, o.Service, "db")
			break
		}
	}
	cancel()
	assert.NilError(t, <-ended)
}

// specOf is a container of a new project that runs another image.
func specOf(t *testing.T, e engine.Engine, image string, command ...string) state.ContainerSpec {
	t.Helper()
	s := spec(project(t, e), "run", command...)
	s.Config.Image = image
	return s
}

func itoa(n int) string { return fmt.Sprint(n) }
