package enginetest

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

// happened are the actions of a span, up to the one that ends the test.
func (f *fixture) happened(span state.Span, last string, begun func()) []string {
	f.t.Helper()
	ctx, cancel := context.WithCancel(f.ctx)
	defer cancel()
	var actions []string
	ended := make(chan error, 1)
	go func() {
		ended <- f.Happenings(ctx, f.project, span, func(h state.Happening) {
			action, _, _ := strings.Cut(h.Action, ":")
			actions = append(actions, action)
			assert.Check(f.t, is.Equal(h.Service, "a"))
			assert.Check(f.t, is.Equal(h.Attributes["image"], f.image))
			assert.Check(f.t, is.Contains(h.Attributes["name"], f.project))
			assert.Check(f.t, !h.At.IsZero() && h.Container != "" && !h.OneOff)
			if action == last {
				cancel()
			}
		})
	}()
	begun()
	assert.NilError(f.t, <-ended)
	return actions
}

var monitoring = []obligation{
	{"lists the containers of all projects", func(t *testing.T, f *fixture) {
		f.create(f.server("a"))
		id := f.run(f.server("b"))
		all, err := f.AllProjects(f.ctx)
		assert.NilError(t, err)
		own := slices.DeleteFunc(all, func(c state.Container) bool { return c.Project != f.project })
		assert.Assert(t, is.Len(own, 2))
		assert.Check(t, is.Equal(own[0].Status, state.StatusCreated))
		want := f.inspect(id)
		assert.Check(t, is.DeepEqual(own[1], state.Container{
			ID: id, Name: want.Name, Labels: want.Labels, Image: want.Image, ImageID: want.ImageID,
			Project: f.project, Service: "b", Number: 1, Status: state.StatusRunning,
		}))
	}},
	{"lists the processes of a container that runs", func(t *testing.T, f *fixture) {
		id := f.run(f.server("a"))
		p, err := f.Processes(f.ctx, id)
		assert.NilError(t, err)
		command := slices.Index(p.Titles, "CMD")
		assert.Assert(t, command >= 0, "%v", p.Titles)
		assert.Check(t, slices.ContainsFunc(p.Rows, func(row []string) bool { return strings.Contains(row[command], "sleep 600") }), "%v", p.Rows)
		f.stop(id)
		_, err = f.Processes(f.ctx, id)
		assert.Check(t, is.ErrorIs(err, engine.ErrConflict))
		_, err = f.Processes(f.ctx, f.project+"-absent-1")
		assert.Check(t, is.ErrorIs(err, engine.ErrNotFound))
	}},
	{"tells what a container uses, once or until it is removed", func(t *testing.T, f *fixture) {
		spec := f.server("a")
		spec.Config.MemLimit = 64 << 20
		id := f.run(spec)
		var told []state.Usage
		assert.NilError(t, f.Usage(f.ctx, id, state.UsageOptions{}, func(u state.Usage) { told = append(told, u) }))
		assert.Assert(t, is.Len(told, 1))
		assert.Check(t, is.Equal(told[0].MemoryLimit, uint64(64<<20)))
		assert.Check(t, told[0].PIDs > 0 && told[0].Memory > 0 && told[0].Memory < 64<<20)
		times := 0
		assert.NilError(t, f.Usage(f.ctx, id, state.UsageOptions{Follow: true}, func(state.Usage) {
			if times++; times == 2 {
				assert.Check(t, f.RemoveContainer(f.ctx, id, state.RemoveOptions{Force: true}))
			}
		}))
		assert.Check(t, times >= 2)
		assert.Check(t, is.ErrorIs(f.Usage(f.ctx, id, state.UsageOptions{}, func(state.Usage) {}), engine.ErrNotFound))
	}},
	{"tells nothing of what a container uses that does not run", func(t *testing.T, f *fixture) {
		id := f.create(f.server("a"))
		assert.NilError(t, f.Usage(f.ctx, id, state.UsageOptions{}, func(u state.Usage) {
			assert.Check(t, is.Equal(u, state.Usage{}))
		}))
	}},
	{"tells what happened to a project since a time, and goes on", func(t *testing.T, f *fixture) {
		id := f.create(f.server("a"))
		got := f.happened(state.Span{Since: "10m"}, "destroy", func() {
			f.start(id)
			f.stop(id)
			assert.NilError(t, f.RemoveContainer(f.ctx, id, state.RemoveOptions{}))
		})
		for _, own := range []string{"kill", "stop"} { // not every engine says it
			got = slices.DeleteFunc(got, func(action string) bool { return action == own })
		}
		assert.Check(t, is.DeepEqual(got, []string{"create", "start", "die", "destroy"}))
	}},
	{"tells what happened until a time, and ends", func(t *testing.T, f *fixture) {
		f.create(f.server("a"))
		until := time.Now().Add(100 * time.Millisecond).Format(time.RFC3339Nano)
		got := f.happened(state.Span{Since: "10m", Until: until}, "never", func() {})
		assert.Check(t, is.DeepEqual(got, []string{"create"}))
		assert.Check(t, is.Len(f.happened(state.Span{Since: "20m", Until: "10m"}, "never", func() {}), 0))
	}},
}
