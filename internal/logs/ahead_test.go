package logs

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"testing"

	"go.uber.org/goleak"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/state"
)

// numbered is a log of numbered lines, each that many bytes longer than its number.
func numbered(lines, padding int) func(each func(state.LogLine)) error {
	return func(each func(state.LogLine)) error {
		for n := range lines {
			each(state.LogLine{Text: strconv.Itoa(n) + strings.Repeat(" ", padding)})
		}
		return nil
	}
}

func TestLogsReadAtOnceAreGivenOneAfterTheOther(t *testing.T) {
	defer goleak.VerifyNone(t)
	logs := []func(func(state.LogLine)) error{
		numbered(3, 0), numbered(20_000, 300), numbered(0, 0), numbered(20_000, 300), numbered(1, 3<<20), numbered(20_000, 300), numbered(200, 0),
	}
	var given []int
	next := map[int]int{}
	err := readAll(t.Context(), len(logs), func(_ context.Context, i int, each func(state.LogLine)) error {
		return logs[i](each)
	}, func(i int, l state.LogLine) {
		if len(given) == 0 || given[len(given)-1] != i {
			given = append(given, i)
		}
		if strings.TrimSpace(l.Text) != strconv.Itoa(next[i]) {
			t.Fatalf("log %d: expected line %d, found %.20q", i, next[i], l.Text)
		}
		next[i]++
	})
	assert.NilError(t, err)
	assert.DeepEqual(t, given, []int{0, 1, 3, 4, 5, 6})
	assert.DeepEqual(t, next, map[int]int{0: 3, 1: 20_000, 3: 20_000, 4: 1, 5: 20_000, 6: 200})
}

func TestWhatIsReadAheadIsBounded(t *testing.T) {
	defer goleak.VerifyNone(t)
	a := newAhead(2)
	read := make(chan struct{})
	go func() {
		defer close(read)
		a.read(1, numbered(1000, 1<<16)) // 64 MiB, and its turn has not come
	}()
	for held := 0; held <= aheadBytes; { // it takes what it may
		a.mu.Lock()
		held = a.held
		a.mu.Unlock()
	}
	a.mu.Lock()
	assert.Assert(t, a.held <= aheadBytes+aheadBytes/readers+1<<17, "%d", a.held)
	assert.Assert(t, !a.logs[1].done)
	a.mu.Unlock()
	a.read(0, numbered(1, 0)) // whose turn it is, is not held up
	a.end()
	<-read
}

func TestErrorsOfAllLogsAreReturned(t *testing.T) {
	defer goleak.VerifyNone(t)
	broken := errors.New("broken")
	lines := 0
	err := readAll(t.Context(), 3, func(_ context.Context, i int, each func(state.LogLine)) error {
		each(state.LogLine{Text: "x"})
		if i == 1 {
			return broken
		}
		return nil
	}, func(int, state.LogLine) { lines++ })
	assert.ErrorIs(t, err, broken)
	assert.Equal(t, lines, 3)
}

func TestReadingEndsWithItsContext(t *testing.T) {
	defer goleak.VerifyNone(t)
	ctx, cancel := context.WithCancel(t.Context())
	err := readAll(ctx, 9, func(ctx context.Context, i int, each func(state.LogLine)) error {
		each(state.LogLine{Text: "x"})
		if i == readers-1 { // the last that runs
			cancel()
		}
		<-ctx.Done()
		return ctx.Err()
	}, func(int, state.LogLine) {})
	assert.ErrorIs(t, err, context.Canceled)
}
