package render

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/stackctl/stack/event"
)

// Steps shows work that is no plan, as it changes nothing that a plan would:
// files that are copied, images that are made of containers. It may be called
// from several goroutines.
type Steps struct {
	Mode Mode // resolved
	Out  io.Writer
	// Pretended marks what is shown as not done.
	Pretended bool

	mu sync.Mutex
}

// Step is one of them, and how far it is.
type Step struct {
	Op     string // CopyFiles
	Name   string // the container's
	Text   string // copy a to web-1:/tmp
	Status string // Copying
	Done   bool
}

// Show shows a step that begins or ends. That it cannot be printed is no reason
// to end the work.
func (s *Steps) Show(step Step) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch s.Mode {
	case Quiet:
	case JSON:
		e := event.Event{Time: time.Now(), Phase: event.Started, Op: step.Op, Name: step.Name, Detail: step.Text}
		if step.Done {
			e.Phase = event.Succeeded
		}
		newNDJSON(Options{Out: s.Out, Now: time.Now}).Event(e)
	case Auto, TTY, Plain:
		mark := ""
		if s.Pretended {
			mark = pretended
		}
		_, _ = fmt.Fprintf(s.Out, " %s%s %s %s\n", mark, step.Name, step.Text, step.Status)
	}
}
