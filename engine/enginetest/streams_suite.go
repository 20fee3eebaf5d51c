package enginetest

import (
	"slices"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

var watching = []obligation{
	{"tells what happens to a container, in order", func(t *testing.T, f *fixture) {
		w := f.watch()
		spec := f.spec("a", "sh", "-c", "exit 5")
		id := f.create(spec)
		f.start(id)
		f.untilExited(id)
		assert.NilError(t, f.RenameContainer(f.ctx, id, spec.Name+"x"))
		assert.NilError(t, f.RemoveContainer(f.ctx, id, state.RemoveOptions{}))
		for _, want := range []struct {
			action state.Action
			name   string
			code   int
		}{
			{state.ActionCreate, spec.Name, 0},
			{state.ActionStart, spec.Name, 0},
			{state.ActionDie, spec.Name, 5},
			{state.ActionRename, spec.Name + "x", 0},
			{state.ActionDestroy, spec.Name + "x", 0},
		} {
			o := f.next(w)
			assert.Check(t, is.Equal(o.Action, want.action))
			assert.Check(t, is.Equal(o.Name, want.name))
			assert.Check(t, is.Equal(o.ExitCode, want.code))
			assert.Check(t, is.Equal(o.Container, id))
			assert.Check(t, is.Equal(o.Service, "a"))
			assert.Check(t, is.Equal(o.Labels[state.LabelProject], f.project))
			assert.Check(t, !o.At.IsZero())
		}
	}},
	{"tells what happens as soon as it is ready", func(t *testing.T, f *fixture) {
		for range 20 {
			w := f.watch()
			id := f.create(f.server("a"))
			assert.Check(t, is.Equal(f.next(w).Container, id))
			assert.Check(t, w.end())
			assert.NilError(t, f.RemoveContainer(f.ctx, id, state.RemoveOptions{}))
		}
	}},
	{"tells nothing that happened before, or to another project", func(t *testing.T, f *fixture) {
		f.create(f.server("before"))
		w := f.watch()
		other := *f
		other.project += "x"
		t.Cleanup(other.clean)
		other.create(other.server("other"))
		f.create(f.server("a"))
		assert.Check(t, is.Equal(f.next(w).Service, "a"))
	}},
	{"tells everyone who watches", func(t *testing.T, f *fixture) {
		first, second := f.watch(), f.watch()
		id := f.create(f.server("a"))
		assert.Check(t, is.Equal(f.next(first).Container, id))
		assert.Check(t, is.Equal(f.next(second).Container, id))
	}},
}

// lines reads a container's log.
func (f *fixture) lines(id string, options state.LogOptions) []state.LogLine {
	f.t.Helper()
	var lines []state.LogLine
	err := f.Logs(f.ctx, id, options, func(l state.LogLine) { lines = append(lines, l) })
	assert.NilError(f.t, err)
	return lines
}

var logging = []obligation{
	{"gives the lines of stdout and stderr", func(t *testing.T, f *fixture) {
		id := f.run(f.spec("a", "sh", "-c", "echo one; echo two >&2; echo; echo three"))
		f.untilExited(id)
		// The order between the two streams is not kept by every engine.
		lines := f.lines(id, state.LogOptions{})
		stderr := slices.IndexFunc(lines, func(l state.LogLine) bool { return l.Stderr })
		assert.Assert(t, stderr >= 0)
		assert.Check(t, is.Equal(lines[stderr].Text, "two"))
		assert.Check(t, is.DeepEqual(slices.Delete(lines, stderr, stderr+1), []state.LogLine{{Text: "one"}, {}, {Text: "three"}}))
	}},
	{"gives the last lines", func(t *testing.T, f *fixture) {
		id := f.run(f.spec("a", "sh", "-c", "echo one; echo two; echo three"))
		f.untilExited(id)
		for tail, want := range map[string][]state.LogLine{
			"":    {{Text: "one"}, {Text: "two"}, {Text: "three"}},
			"all": {{Text: "one"}, {Text: "two"}, {Text: "three"}},
			"2":   {{Text: "two"}, {Text: "three"}},
			"0":   nil,
		} {
			assert.Check(t, is.DeepEqual(f.lines(id, state.LogOptions{Tail: tail}), want), "tail %q", tail)
		}
	}},
	{"gives the lines of a time", func(t *testing.T, f *fixture) {
		id := f.run(f.spec("a", "sh", "-c", "echo one"))
		c := f.untilExited(id)
		before, after := c.StartedAt.Add(-time.Minute).Format(time.RFC3339Nano), c.FinishedAt.Add(time.Minute).Format(time.RFC3339Nano)
		assert.Check(t, is.Len(f.lines(id, state.LogOptions{Since: before, Until: after}), 1))
		assert.Check(t, is.Len(f.lines(id, state.LogOptions{Since: "1h"}), 1))
		assert.Check(t, is.Len(f.lines(id, state.LogOptions{Since: after}), 0))
		assert.Check(t, is.Len(f.lines(id, state.LogOptions{Until: before}), 0))
	}},
	{"puts the time before the line", func(t *testing.T, f *fixture) {
		id := f.run(f.spec("a", "sh", "-c", "echo one two"))
		f.untilExited(id)
		lines := f.lines(id, state.LogOptions{Timestamps: true})
		assert.Assert(t, is.Len(lines, 1))
		at, text, _ := strings.Cut(lines[0].Text, " ")
		assert.Check(t, is.Equal(text, "one two"))
		_, err := time.Parse(time.RFC3339Nano, at)
		assert.Check(t, err)
	}},
	{"tells when a line was written, beside it", func(t *testing.T, f *fixture) {
		id := f.run(f.spec("a", "sh", "-c", "echo one two; sleep 0.1; echo three"))
		f.untilExited(id)
		lines := f.lines(id, state.LogOptions{Times: true})
		assert.Assert(t, is.Len(lines, 2))
		assert.Check(t, is.Equal(lines[0].Text, "one two"))
		assert.Check(t, lines[0].Time < lines[1].Time, "%v", lines)
		for _, l := range lines {
			_, err := time.Parse(time.RFC3339Nano, l.Time)
			assert.Check(t, err)
		}
	}},
	{"follows until the container ends", func(t *testing.T, f *fixture) {
		id := f.run(f.spec("a", "sh", "-c", "echo one; sleep 0.3; echo two; sleep 0.3; echo three"))
		assert.Check(t, is.DeepEqual(f.lines(id, state.LogOptions{Follow: true}),
			[]state.LogLine{{Text: "one"}, {Text: "two"}, {Text: "three"}}))
	}},
	{"does not follow a container that does not run", func(t *testing.T, f *fixture) {
		id := f.create(f.spec("a", "sh", "-c", "echo one"))
		assert.Check(t, is.Len(f.lines(id, state.LogOptions{Follow: true}), 0))
		f.start(id)
		f.untilExited(id)
		assert.Check(t, is.Len(f.lines(id, state.LogOptions{Follow: true}), 1))
	}},
	{"keeps the lines of every start", func(t *testing.T, f *fixture) {
		id := f.run(f.spec("a", "sh", "-c", "echo one"))
		f.untilExited(id)
		w := f.watch()
		f.start(id)
		for f.next(w).Action != state.ActionDie {
			continue
		}
		assert.Check(t, is.DeepEqual(f.lines(id, state.LogOptions{}), []state.LogLine{{Text: "one"}, {Text: "one"}}))
	}},
	{"does not find the log of what is absent", func(t *testing.T, f *fixture) {
		err := f.Logs(f.ctx, f.project+"-absent-1", state.LogOptions{}, func(state.LogLine) {})
		assert.Check(t, is.ErrorIs(err, engine.ErrNotFound))
	}},
}

// output runs a command that succeeds.
func (f *fixture) output(id string, command ...string) string {
	f.t.Helper()
	result, err := f.Exec(f.ctx, id, state.ExecSpec{Command: command})
	assert.NilError(f.t, err)
	assert.Check(f.t, is.Equal(result.ExitCode, 0), "%v: %s", command, result.Output)
	return result.Output
}

var executing = []obligation{
	{"gives the exit code and the output of both streams", func(t *testing.T, f *fixture) {
		id := f.run(f.server("a"))
		for command, want := range map[string]state.ExecResult{
			"true":                          {},
			"exit 7":                        {ExitCode: 7},
			"echo one; echo two":            {Output: "one\ntwo\n"},
			"echo broken >&2; exit 1":       {ExitCode: 1, Output: "broken\n"},
			"echo a; sleep 0.2; echo 'b c'": {Output: "a\nb c\n"},
		} {
			got, err := f.Exec(f.ctx, id, state.ExecSpec{Command: []string{"sh", "-c", command}})
			assert.NilError(t, err)
			assert.Check(t, is.DeepEqual(got, want), "%s", command)
		}
	}},
	{"runs a command without a shell", func(t *testing.T, f *fixture) {
		id := f.run(f.server("a"))
		got, err := f.Exec(f.ctx, id, state.ExecSpec{Command: []string{"false"}})
		assert.NilError(t, err)
		assert.Check(t, is.Equal(got.ExitCode, 1))
	}},
	{"runs a healthcheck's command before the engine does", func(t *testing.T, f *fixture) {
		spec := f.server("a")
		spec.Config.HealthCheck = healthcheck(time.Hour, "true")
		id := f.run(spec)
		got, err := f.Exec(f.ctx, id, state.ExecSpec{Command: []string{"true"}})
		assert.NilError(t, err)
		assert.Check(t, is.Equal(got.ExitCode, 0))
		assert.Check(t, is.Equal(f.inspect(id).Health, state.HealthStarting))
	}},
	{"refuses a container that does not run, and one that is absent", func(t *testing.T, f *fixture) {
		id := f.create(f.server("a"))
		_, err := f.Exec(f.ctx, id, state.ExecSpec{Command: []string{"true"}})
		assert.Check(t, is.ErrorIs(err, engine.ErrConflict))
		_, err = f.Exec(f.ctx, f.project+"-absent-1", state.ExecSpec{Command: []string{"true"}})
		assert.Check(t, is.ErrorIs(err, engine.ErrNotFound))
	}},
	{"ends with the container", func(t *testing.T, f *fixture) {
		id := f.run(f.spec("a", "sleep", "1"))
		got, err := f.Exec(f.ctx, id, state.ExecSpec{Command: []string{"sleep", "600"}})
		assert.Check(t, err != nil || got.ExitCode == 137, "exit code %d", got.ExitCode)
	}},
}
