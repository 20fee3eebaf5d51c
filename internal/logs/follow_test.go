package logs_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/internal/logs"
	"github.com/stackctl/stack/state"
)

func restarts(policy string) func(*state.ContainerSpec) {
	return func(spec *state.ContainerSpec) { spec.Config.Restart = policy }
}

func TestFollowTellsLinesAndEndsAndThenEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t)
		s.run("web", 1, "echo one; sleep 10; echo two; exit 3")
		told, wait := s.follow(t.Context(), logs.FollowOptions{})
		synctest.Wait()
		assert.DeepEqual(t, told.take(), []string{"web-1: one"})
		assert.NilError(t, wait())
		assert.DeepEqual(t, told.take(), []string{"web-1: two", "web-1 exited 3"})
	})
}

func TestFollowTakesInWhatStartsLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t)
		first := s.run("web", 1, "echo one; sleep 1000")
		told, wait := s.follow(t.Context(), logs.FollowOptions{Options: logs.Options{Services: []string{"web", "db"}}})
		synctest.Wait()
		second := s.run("web", 2, "echo two; sleep 1000")
		s.run("db", 1, "echo ready")
		s.run("other", 1, "echo not wanted; sleep 1000")
		synctest.Wait()
		s.stop(first)
		s.start(first)
		synctest.Wait()
		s.stop(first)
		s.remove(second)
		assert.NilError(t, wait())
		counts := map[string]int{}
		for _, line := range told.take() {
			counts[line]++
		}
		assert.DeepEqual(t, counts, map[string]int{
			"web-1: one": 2, "web-1 exited 143": 2, "web-2: two": 1, "web-2 exited 137": 1, "db-1: ready": 1, "db-1 exited 0": 1,
		})
	})
}

func TestFollowGoesOnThroughRestarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t)
		s.run("web", 1, "echo try; sleep 1; exit 1", restarts("on-failure:2"))
		told, wait := s.follow(t.Context(), logs.FollowOptions{})
		assert.NilError(t, wait())
		assert.DeepEqual(t, told.take(), []string{
			"web-1: try", "web-1 exited 1, restarts", "web-1: try", "web-1 exited 1, restarts", "web-1: try", "web-1 exited 1",
		})
	})
}

func TestFollowOfNothingEndsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, wait := newShop(t).follow(t.Context(), logs.FollowOptions{})
		assert.NilError(t, wait())
	})
}

func TestFollowWaitsForWhatHasEndedToStartAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t)
		id := s.run("web", 1, "echo one; sleep 1")
		time.Sleep(time.Minute)
		told, wait := s.follow(t.Context(), logs.FollowOptions{})
		time.Sleep(time.Minute)
		assert.DeepEqual(t, told.take(), []string{"web-1: one"})
		s.start(id)
		assert.NilError(t, wait())
		assert.DeepEqual(t, told.take(), []string{"web-1: one", "web-1 exited 0"})
	})
}

func TestFollowEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t)
		s.run("web", 1, "echo one; sleep 1000")
		ctx, cancel := context.WithCancel(t.Context())
		_, wait := s.follow(ctx, logs.FollowOptions{})
		synctest.Wait()
		cancel()
		assert.NilError(t, wait())
	})
}

func TestFollowEndsWithWhatIsAwaited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t)
		s.run("db", 1, "echo up; sleep 1000")
		s.run("web", 1, "sleep 10; echo done; exit 3")
		told, wait := s.follow(t.Context(), logs.FollowOptions{Awaited: func(service string) bool { return service == "web" }})
		assert.NilError(t, wait())
		assert.DeepEqual(t, told.take(), []string{"db-1: up", "web-1: done", "web-1 exited 3"})
	})
}

func TestFollowUntilSettled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t)
		replaced := s.run("web", 1, "echo old; sleep 1000")
		kept := s.run("db", 1, "echo before; sleep 10; echo after; sleep 1000")
		restarted := s.run("api", 1, "echo again; sleep 7; exit 0")
		ready, settled := make(chan struct{}), make(chan struct{})
		told, wait := s.follow(t.Context(), logs.FollowOptions{
			Options:  logs.Options{Lines: state.LogOptions{Tail: "0"}},
			Existing: func(c state.Container) bool { return c.Service == "db" },
			Muted:    func(service string) bool { return service == "job" },
			Ready:    func() { close(ready) },
			Settled:  settled,
		})
		<-ready
		s.stop(restarted)
		s.start(restarted)
		s.stop(replaced)
		s.remove(replaced)
		s.run("job", 1, "echo not shown; exit 2")
		time.Sleep(10 * time.Second)
		assert.DeepEqual(t, told.take(), []string{"api-1: again", "job-1 exited 2", "api-1 exited 0", "db-1: after"})
		s.run("web", 1, "echo new; exit 0", func(spec *state.ContainerSpec) { spec.Name = "shop-web-1-new" })
		close(settled)
		synctest.Wait()
		assert.DeepEqual(t, told.take(), []string{"web-1: new", "web-1 exited 0"})
		s.stop(kept)
		assert.NilError(t, wait())
		assert.DeepEqual(t, told.take(), []string{"db-1 exited 143"})
	})
}

func TestNothingIsLostWhenTheEventStreamBreaks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t)
		id := s.run("web", 1, "echo one; sleep 1; exit 1", restarts("on-failure:1"))
		other := s.create("db", 1, "echo ready; sleep 1000")
		told, wait := s.follow(t.Context(), logs.FollowOptions{})
		synctest.Wait()
		s.memory.BreakStreams(errors.New("connection reset"))
		s.start(other)
		time.Sleep(time.Minute)
		s.memory.BreakStreams(errors.New("connection reset"))
		s.remove(id)
		s.stop(other)
		assert.NilError(t, wait())
		counts := map[string]int{}
		for _, line := range told.take() {
			counts[line]++
		}
		assert.DeepEqual(t, counts, map[string]int{
			"web-1: one": 2, "web-1 exited 1, restarts": 1, "web-1 exited 1": 1, "db-1: ready": 1, "db-1 exited 143": 1,
		})
	})
}

func TestALotOfOutputIsWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const lines = 2_000
		var script strings.Builder
		for i := range lines {
			fmt.Fprintf(&script, "echo %d; ", i)
		}
		s := newShop(t)
		id := s.create("web", 1, script.String())
		keep := s.run("db", 1, "sleep 1000")
		told, wait := s.follow(t.Context(), logs.FollowOptions{})
		synctest.Wait()
		s.start(id)
		synctest.Wait()
		s.stop(keep)
		assert.NilError(t, wait())
		next := 0
		for _, line := range told.take() {
			if line == fmt.Sprintf("web-1: %d", next) {
				next++
			}
		}
		assert.Equal(t, next, lines)
	})
}

func TestWhatWasCreatedAndNeverStartedIsNotWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t)
		ready, settled := make(chan struct{}), make(chan struct{})
		_, wait := s.follow(t.Context(), logs.FollowOptions{Ready: func() { close(ready) }, Settled: settled})
		<-ready
		s.create("web", 1, "echo one")
		s.run("db", 1, "echo ready")
		synctest.Wait()
		close(settled)
		assert.NilError(t, wait())
	})
}
