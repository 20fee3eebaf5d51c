package cli

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/stackctl/stack/event"
	"github.com/stackctl/stack/internal/render"
	"github.com/stackctl/stack/internal/timeline"
	"github.com/stackctl/stack/planner"
)

// spentAfter is how long a run takes at least that says what its time went into.
const spentAfter = 5 * time.Second

// recorder notes when what ran, for the line at the end of a run and for
// --timeline.
type recorder struct {
	file string // to write; empty is none

	mu        sync.Mutex
	recording timeline.Recording
	run       timeline.Run // when it has ended
}

// recorded is a view of a run that a recorder sees too.
type recorded struct {
	render.Progress
	*recorder
	settings settings
}

// record notes what the run of a plan does; without a recorder it is only shown.
func (r *recorder) record(p render.Progress, plan planner.Plan, shown settings) render.Progress {
	if r == nil {
		return p
	}
	r.plan(plan)
	return recorded{p, r, shown}
}

func (r *recorder) plan(plan planner.Plan) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.recording.Plan(plan, time.Now())
}

// Event notes an event, and shows it.
func (p recorded) Event(e event.Event) {
	p.mu.Lock()
	p.recording.Event(e)
	p.mu.Unlock()
	p.Progress.Event(e)
}

// Next notes the plan, and goes on with it.
func (p recorded) Next(plan planner.Plan) {
	p.plan(plan)
	p.Progress.Next(plan)
}

// Done shows the result, and what the time went into where it was long: a
// person reads that last, and a machine the result.
func (p recorded) Done(err error) {
	p.mu.Lock()
	p.run = p.recording.Run(time.Now())
	p.mu.Unlock()
	if p.settings.mode != render.JSON {
		p.Progress.Done(err)
	}
	if p.run.Ended.Sub(p.run.Began) > spentAfter && len(p.run.Path) > 0 {
		// That it cannot be told is no reason for a run to have failed.
		_ = render.Spent(p.settings.status, p.run, p.settings.mode, p.settings.color)
	}
	if p.settings.mode == render.JSON {
		p.Progress.Done(err)
	}
}

// checkTimeline makes sure, before anything happens, that a timeline can be
// written to the file.
func (a *app) checkTimeline(file string) error {
	if file == "" {
		return nil
	}
	if timelineWriter(file) == nil {
		return fmt.Errorf("--timeline %s: expected a name that ends in .html, .svg or .json (a Chrome trace)", file)
	}
	if a.global.dryRun {
		return fmt.Errorf("--timeline %s: --dry-run carries nothing out that there could be a timeline of", file)
	}
	if info, err := os.Stat(filepath.Dir(a.path(file))); err != nil {
		return fmt.Errorf("--timeline: %w", err)
	} else if !info.IsDir() {
		return fmt.Errorf("--timeline %s: %s is no folder", file, filepath.Dir(file))
	}
	return nil
}

// timelineWriter prints a run in the form that a file's name asks for; nil for a
// name that asks for none.
func timelineWriter(file string) func(io.Writer, timeline.Run, render.TimelineOptions) error {
	switch strings.ToLower(filepath.Ext(file)) {
	case ".html", ".htm":
		return render.TimelineHTML
	case ".svg":
		return render.TimelineSVG
	case ".json":
		return render.TimelineTrace
	}
	return nil
}

// writeTimeline draws a run that has ended, if that is asked for.
func (s *session) writeTimeline(failed error) error {
	r := s.recorder
	s.recorder = nil // what follows is another run
	if r == nil || r.file == "" {
		return nil
	}
	var out bytes.Buffer
	options := render.TimelineOptions{Command: s.app.command, Outcome: string(outcomeOf(failed))}
	if err := timelineWriter(r.file)(&out, r.run, options); err != nil {
		return fmt.Errorf("--timeline %s: %w", r.file, err)
	}
	if err := os.WriteFile(s.app.path(r.file), out.Bytes(), 0o600); err != nil {
		return fmt.Errorf("--timeline: %w", err)
	}
	return nil
}
