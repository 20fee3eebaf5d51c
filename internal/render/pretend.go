package render

import (
	"io"

	"github.com/stackctl/stack/event"
	"github.com/stackctl/stack/planner"
)

// pretended begins a line about something that is not done, as in Docker
// Compose.
const pretended = "DRY-RUN MODE -  "

// Pretend prints the lines that a run of the plan would print, as done by nobody.
// It leaves out the waits: how they would end is not known.
func Pretend(out io.Writer, plan planner.Plan) {
	p := newPlain(Options{Out: out})
	p.mark = pretended
	p.Next(plan)
	for _, node := range plan.Nodes {
		if node.Op.Kind() == "AwaitContainer" {
			continue
		}
		e := event.Event{Phase: event.Started, Node: string(node.ID), Op: node.Op.Kind(), Ref: node.Ref, Name: node.Name()}
		p.Event(e)
		e.Phase = event.Succeeded
		p.Event(e)
	}
}
