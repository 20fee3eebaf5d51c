package logs_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gotest.tools/v3/assert"
	"pgregory.net/rapid"

	"github.com/stackctl/stack/internal/logs"
)

// TestEachRunIsToldOnce starts and stops containers, and breaks the event
// stream, in any order: what each run printed is told once, before its end.
func TestEachRunIsToldOnce(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		steps := rapid.SliceOfN(rapid.SampledFrom([]string{"toggle 1", "toggle 2", "toggle 3", "break"}), 1, 15).Draw(rt, "steps")
		synctest.Test(t, func(t *testing.T) {
			assert.DeepEqual(t, told(t, steps), expected(steps))
		})
	})
}

// told is what each container told, in its order, while the steps were taken.
func told(t *testing.T, steps []string) map[string]string {
	s := newShop(t)
	ids, running := map[string]string{}, map[string]bool{}
	for n := 1; n <= 3; n++ {
		ids[fmt.Sprint(n)] = s.create("web", n, "echo a; echo b; sleep 100000")
	}
	settled := make(chan struct{})
	transcript, wait := s.follow(t.Context(), logs.FollowOptions{Settled: settled})
	synctest.Wait()
	for _, step := range steps {
		time.Sleep(time.Second)
		n, toggles := strings.CutPrefix(step, "toggle ")
		switch {
		case !toggles:
			s.memory.BreakStreams(errors.New("connection reset"))
			synctest.Wait() // what happens meanwhile is told by its result only
		case running[n]:
			s.stop(ids[n])
			running[n] = false
		default:
			s.start(ids[n])
			running[n] = true
		}
	}
	for _, id := range ids {
		s.stop(id)
		s.remove(id)
	}
	close(settled)
	assert.NilError(t, wait())
	return join(transcript.take())
}

func join(lines []string) map[string]string {
	all := map[string]string{}
	for _, line := range lines {
		name, text, _ := strings.Cut(strings.Replace(line, ":", "", 1), " ")
		all[name] += text + " "
	}
	return all
}

func expected(steps []string) map[string]string {
	runs := map[string]int{}
	for _, step := range steps {
		if n, toggles := strings.CutPrefix(step, "toggle "); toggles {
			runs[n]++
		}
	}
	all := map[string]string{}
	for n, toggles := range runs {
		all["web-"+n] = strings.Join(slices.Repeat([]string{"a b exited 143 "}, (toggles+1)/2), "")
	}
	return all
}
