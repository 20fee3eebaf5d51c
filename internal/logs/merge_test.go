package logs

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"go.uber.org/goleak"
	"gotest.tools/v3/assert"
	"pgregory.net/rapid"

	"github.com/stackctl/stack/state"
)

// drawLog is a log of parts of lines, some without a time, in the order of their
// times but for one that a clock was set back before.
func drawLog(t *rapid.T, name string) []state.LogLine {
	at := 0
	var lines []state.LogLine
	for n := range rapid.IntRange(0, 400).Draw(t, name) {
		line := state.LogLine{Text: name + "-" + strconv.Itoa(n)}
		at += rapid.IntRange(0, 3).Draw(t, "later")
		if rapid.IntRange(0, 9).Draw(t, "timed") > 0 {
			line.Time = fmt.Sprintf("%06d", at)
		}
		line.Partial = rapid.IntRange(0, 9).Draw(t, "partial") == 0
		lines = append(lines, line)
	}
	return lines
}

func TestLinesOfSeveralLogsComeInTheOrderOfTheirTimes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var logs [][]state.LogLine
		for i := range rapid.IntRange(0, 5).Draw(t, "logs") {
			logs = append(logs, drawLog(t, strconv.Itoa(i)))
		}
		next, at := make([]int, len(logs)), make([]string, len(logs))
		last, open := "", -1
		err := merge(context.Background(), len(logs), func(_ context.Context, i int, each func(state.LogLine)) error {
			for _, l := range logs[i] {
				each(l)
			}
			return nil
		}, func(i int, l state.LogLine) {
			assert.Equal(t, l.Text, logs[i][next[i]].Text) // in its log's order, and nothing left out
			next[i]++
			assert.Assert(t, open < 0 || open == i, "%s comes in the middle of a line of %d", l.Text, open)
			if l.Time != "" {
				at[i] = l.Time
			}
			if open < 0 {
				assert.Assert(t, at[i] >= last, "%s of %s comes after %s", l.Text, at[i], last)
				last = at[i]
			}
			open = -1
			if l.Partial && next[i] < len(logs[i]) {
				open = i
			}
		})
		assert.NilError(t, err)
		for i, n := range next {
			assert.Equal(t, n, len(logs[i]))
		}
	})
}

// TestWhatIsReadAheadIsBounded reads a log of which nothing can be given yet, as
// another one tells nothing.
func TestWhatIsReadAheadIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var read atomic.Int64
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var lines []string
		result := make(chan error, 1)
		go func() {
			result <- merge(ctx, 2, func(ctx context.Context, i int, each func(state.LogLine)) error {
				for n := 0; i == 0 && n < 1000 && ctx.Err() == nil; n++ {
					each(state.LogLine{Text: strings.Repeat("x", 1<<16)})
					read.Add(1 << 16)
				}
				<-ctx.Done()
				return ctx.Err()
			}, func(_ int, l state.LogLine) { lines = append(lines, l.Text) })
		}()
		synctest.Wait()
		assert.Assert(t, read.Load() <= (batches+2)<<16, "%d bytes were read", read.Load())
		cancel()
		assert.ErrorIs(t, <-result, context.Canceled)
	})
}

func TestErrorsOfAllLogsAreReturned(t *testing.T) {
	defer goleak.VerifyNone(t)
	broken := errors.New("broken")
	lines := 0
	err := merge(t.Context(), 3, func(_ context.Context, i int, each func(state.LogLine)) error {
		each(state.LogLine{Text: "x"})
		if i == 1 {
			return broken
		}
		return nil
	}, func(int, state.LogLine) { lines++ })
	assert.ErrorIs(t, err, broken)
	assert.Equal(t, lines, 3)
}
