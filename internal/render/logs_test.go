package render

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/state"
)

func TestLogPrinterPutsNamesBeforeLines(t *testing.T) {
	var out, err bytes.Buffer
	p := NewLogPrinter(LogOptions{Stdout: &out, Stderr: &err})
	p.Register("web-1", "worker-1")
	assert.NilError(t, p.Line("web-1", state.LogLine{Text: "GET /"}))
	assert.NilError(t, p.Line("worker-1", state.LogLine{Text: "oops", Stderr: true}))
	assert.NilError(t, p.Exited("web-1", 0))
	assert.NilError(t, p.Line("long-name-12", state.LogLine{Text: "late"}))
	assert.NilError(t, p.Line("web-1", state.LogLine{Text: ""}))
	assert.Equal(t, out.String(), ""+
		"web-1     | GET /\n"+
		"web-1 exited with code 0\n"+
		"long-name-12  | late\n"+
		"web-1         | \n")
	assert.Equal(t, err.String(), "worker-1  | oops\n")
}

func TestLogPrinterWithoutPrefix(t *testing.T) {
	var out bytes.Buffer
	p := NewLogPrinter(LogOptions{Stdout: &out, Stderr: &out, NoPrefix: true, Color: true})
	assert.NilError(t, p.Line("web-1", state.LogLine{Text: "GET /"}))
	assert.Equal(t, out.String(), "GET /\n")
}

func TestLogPrinterKeepsAContainersColour(t *testing.T) {
	var out bytes.Buffer
	p := NewLogPrinter(LogOptions{Stdout: &out, Stderr: &out, Color: true})
	p.Register("a-1", "b-1")
	for range 2 {
		assert.NilError(t, p.Line("b-1", state.LogLine{Text: "x"}))
		assert.NilError(t, p.Line("a-1", state.LogLine{Text: "x"}))
	}
	one := "\x1b[33mb-1  | \x1b[0mx\n\x1b[36ma-1  | \x1b[0mx\n"
	assert.Equal(t, out.String(), one+one)
}

func TestLogPrinterKeepsTheOrderOfBothStreams(t *testing.T) {
	var out bytes.Buffer
	p := NewLogPrinter(LogOptions{Stdout: &out, Stderr: &out, NoPrefix: true})
	var want strings.Builder
	for n := range 100 {
		text := fmt.Sprint("line ", n)
		assert.NilError(t, p.Line("a-1", state.LogLine{Text: text, Stderr: n%3 == 0}))
		want.WriteString(text + "\n")
	}
	assert.Equal(t, out.String(), want.String())
}

func TestLogPrinterLosesNothingOfManyContainers(t *testing.T) {
	const containers, lines = 20, 2000
	var out bytes.Buffer
	p := NewLogPrinter(LogOptions{Stdout: &out, Stderr: io.Discard})
	var all sync.WaitGroup
	for c := range containers {
		all.Go(func() {
			for n := range lines {
				_ = p.Line(fmt.Sprintf("c-%d", c), state.LogLine{Text: fmt.Sprint(n)})
			}
		})
	}
	all.Wait()
	next := map[string]int{}
	for line := range strings.Lines(out.String()) {
		name, text, found := strings.Cut(strings.TrimSuffix(line, "\n"), " | ")
		name = strings.TrimSpace(name)
		assert.Assert(t, found, "%q", line)
		assert.Equal(t, text, fmt.Sprint(next[name]))
		next[name]++
	}
	assert.Equal(t, len(next), containers)
	for name, n := range next {
		assert.Equal(t, n, lines, name)
	}
}

func TestLogPrinterPutsALongLineTogether(t *testing.T) {
	var out bytes.Buffer
	p := NewLogPrinter(LogOptions{Stdout: &out, Stderr: &out})
	assert.NilError(t, p.Line("a-1", state.LogLine{Text: "one", Partial: true}))
	assert.NilError(t, p.Line("a-1", state.LogLine{Text: " line", Partial: true}))
	assert.NilError(t, p.Line("a-1", state.LogLine{}))
	assert.NilError(t, p.Line("a-1", state.LogLine{Text: "two", Partial: true}))
	assert.NilError(t, p.Line("a-1", state.LogLine{Text: "between", Stderr: true}))
	assert.NilError(t, p.Line("a-1", state.LogLine{Text: " and a half", Partial: true}))
	assert.NilError(t, p.Exited("a-1", 0))
	assert.Equal(t, out.String(), ""+
		"a-1  | one line\n"+
		"a-1  | two\n"+
		"a-1  | between\n"+
		"a-1  |  and a half\n"+
		"a-1 exited with code 0\n")
}

// writes counts the calls.
type writes struct {
	bytes.Buffer
	count int
}

func (w *writes) Write(b []byte) (int, error) {
	w.count++
	return w.Buffer.Write(b)
}

func TestLogPrinterGivesABatchAwayInFewWrites(t *testing.T) {
	var out writes
	p := NewLogPrinter(LogOptions{Stdout: &out, Stderr: io.Discard, NoPrefix: true, Batch: true})
	for range 10_000 {
		assert.NilError(t, p.Line("a-1", state.LogLine{Text: "123456789"}))
	}
	assert.NilError(t, p.Flush())
	assert.Equal(t, out.Len(), 100_000)
	assert.Assert(t, out.count <= 3, "%d writes", out.count)
}

type brokenPipe struct{}

var errPipe = errors.New("broken pipe")

func (brokenPipe) Write([]byte) (int, error) { return 0, errPipe }

func TestLogPrinterSaysThatNobodyReads(t *testing.T) {
	p := NewLogPrinter(LogOptions{Stdout: brokenPipe{}, Stderr: io.Discard})
	assert.ErrorIs(t, p.Line("a-1", state.LogLine{Text: "x"}), errPipe)
	assert.NilError(t, p.Line("a-1", state.LogLine{Text: "x", Stderr: true}))
	assert.ErrorIs(t, p.Exited("a-1", 1), errPipe)
}

func BenchmarkLogPrinter(b *testing.B) {
	p := NewLogPrinter(LogOptions{Stdout: io.Discard, Stderr: io.Discard, Color: true})
	line := state.LogLine{Text: strings.Repeat("x", 100)}
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			_ = p.Line("web-1", line)
		}
	})
}
