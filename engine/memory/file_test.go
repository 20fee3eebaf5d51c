package memory_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/engine/memory"
	"github.com/stackctl/stack/state"
)

// process is the engine as another process would see it.
func process(t *testing.T, path string) engine.Engine {
	t.Helper()
	m, err := memory.Load(path, withBusybox)
	assert.NilError(t, err)
	return m.Engine()
}

func TestLifeGoesOnBetweenProcesses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "memory.json")
	synctest.Test(t, func(t *testing.T) {
		first := process(t, path)
		job := run(t, first, service("job", map[string]string{"exit-after": "1h", "exit-code": "4", "output": "hello"}))
		db := run(t, first, checked(service("db", nil), time.Second, 1))
		looping := service("loop", map[string]string{"exit-after": "1m"})
		looping.Config.Restart = "always"
		loop := run(t, first, looping)
		time.Sleep(100 * time.Hour)

		second := process(t, path)
		c := inspect(t, second, job)
		assert.Check(t, is.Equal(c.Status, state.StatusExited))
		assert.Check(t, is.Equal(c.ExitCode, 4))
		assert.Check(t, is.Equal(c.FinishedAt.Sub(c.StartedAt), time.Hour))
		assert.Check(t, is.DeepEqual(logOf(t, second, job), []string{"hello"}))
		assert.Check(t, is.Equal(inspect(t, second, db).Health, state.HealthHealthy))
		assert.Check(t, is.Equal(inspect(t, second, loop).RestartCount, 5990), "a run and its pause take 60.1 s")

		assert.NilError(t, second.RemoveContainer(t.Context(), job, state.RemoveOptions{}))
		_, err := process(t, path).InspectContainer(t.Context(), job)
		assert.Check(t, is.ErrorIs(err, engine.ErrNotFound))
	})
}

func TestProcessesShareAnEngine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "memory.json")
	synctest.Test(t, func(t *testing.T) {
		first, second := process(t, path), process(t, path)
		w := watch(t, first)
		id := run(t, second, service("a", nil))
		assert.Check(t, inspect(t, first, id).Running())
		assert.NilError(t, first.StopContainer(t.Context(), id, state.StopOptions{}))
		assert.Check(t, !inspect(t, second, id).Running())
		time.Sleep(time.Second)
		assert.Check(t, is.DeepEqual(w.actions(), []state.Action{state.ActionCreate, state.ActionStart, state.ActionDie}))
	})
}

func TestNothingIsLostWhenProcessesWriteAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "memory.json")
	const each = 20
	done := make(chan error)
	for _, name := range []string{"a", "b"} {
		e := process(t, path)
		go func() {
			var err error
			for i := 0; i < each && err == nil; i++ {
				_, err = e.CreateContainer(t.Context(), service(fmt.Sprint(name, i), nil), nil)
			}
			done <- err
		}()
	}
	assert.NilError(t, <-done)
	assert.NilError(t, <-done)
	o, err := process(t, path).Observe(t.Context(), state.Scope{Project: "p"})
	assert.NilError(t, err)
	assert.Check(t, is.Len(o.Containers, 2*each))
}

func TestFileIsTheOwnersAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state", "memory.json")
	create(t, process(t, path), service("a", nil))
	found, err := os.Stat(path)
	assert.NilError(t, err)
	assert.Check(t, is.Equal(found.Mode().Perm(), os.FileMode(0o600)))
	beside, err := os.ReadDir(filepath.Dir(path))
	assert.NilError(t, err)
	assert.Check(t, is.Len(beside, 2), "there is more than the file and its lock")
}

func TestFileThatCannotBeRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "memory.json")
	assert.NilError(t, os.WriteFile(path, []byte("{"), 0o600))
	_, err := memory.Load(path, memory.Options{})
	assert.Check(t, is.ErrorContains(err, "engine's file "+path))
}
