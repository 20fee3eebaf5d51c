package cli

import (
	"slices"

	"github.com/stackctl/stack/event"
	"github.com/stackctl/stack/state"
)

// hookSaid takes what the hooks of an attached service print: it is shown among
// the logs, as what the container says.
func (t *attachment) hookSaid(e event.Event) {
	if e.Op != "RunHook" || e.Phase != event.Progress || !slices.Contains(t.attached, e.Ref.Name) {
		return
	}
	t.mu.Lock()
	t.held = append(t.held, e)
	t.mu.Unlock()
	select {
	case <-t.open:
		t.sayHeld()
	default: // a run is not to wait for its own view
	}
}

func (t *attachment) sayHeld() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, e := range t.held {
		c := state.Container{Name: e.Name, Project: t.desired.Project.Name, Service: e.Ref.Name, Number: e.Ref.Number}
		t.printer.line(c, state.LogLine{Text: e.Detail})
	}
	t.held = nil
}
