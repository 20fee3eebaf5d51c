package render

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/stackctl/stack/event"
	"github.com/stackctl/stack/planner"
)

// Mode is a way to show progress.
type Mode string

// The modes.
const (
	Auto  Mode = "auto"  // TTY on a terminal, Plain elsewhere
	TTY   Mode = "tty"   // a view that is redrawn
	Plain Mode = "plain" // one line for each thing that happens, in Docker Compose's words
	JSON  Mode = "json"  // one JSON object for each event
	Quiet Mode = "quiet" // nothing
)

// ParseMode reads a mode; the empty string is Auto.
func ParseMode(text string) (Mode, error) {
	switch mode := Mode(strings.ToLower(text)); mode {
	case "":
		return Auto, nil
	case Auto, TTY, Plain, JSON, Quiet:
		return mode, nil
	}
	return "", fmt.Errorf("unknown progress mode %q: it is one of auto, tty, plain, json, quiet", text)
}

// Resolve returns the mode that Auto stands for, and any other as it is.
func (m Mode) Resolve(terminal bool) Mode {
	switch {
	case m != Auto && m != "":
		return m
	case terminal:
		return TTY
	}
	return Plain
}

// Options say where progress is shown, and how.
type Options struct {
	Out io.Writer
	// Builds is where Plain prints what the steps of builds print; nil is Out.
	Builds io.Writer
	Color  bool
	// Size is the terminal's, asked for at each redraw of TTY. Nil is 80 cells
	// by 24 lines.
	Size func() (width, height int)
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// Progress shows a run while it happens.
type Progress interface {
	// Event takes one event; it is the run's event.Sink. It may be called from
	// several goroutines.
	Event(event.Event)
	// Next goes on with another plan of the same run.
	Next(planner.Plan)
	// Done shows the result and gives the terminal back. It is called once,
	// also after a failure, and no event may follow.
	Done(err error)
}

// NewProgress shows the run of a plan. An Auto that was not resolved is Plain.
func NewProgress(mode Mode, plan planner.Plan, options Options) Progress {
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.Size == nil {
		options.Size = func() (int, int) { return 80, 24 }
	}
	var p Progress
	switch mode.Resolve(false) {
	case TTY:
		return newTTY(plan, options)
	case JSON:
		p = newNDJSON(options)
	case Quiet:
		p = quiet{}
	case Auto, Plain:
		p = newPlain(options)
	}
	p.Next(plan)
	return p
}

type quiet struct{}

func (quiet) Event(event.Event) {}
func (quiet) Next(planner.Plan) {}
func (quiet) Done(error)        {}
