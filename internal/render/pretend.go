package render

import (
	"encoding/json"
	"io"

	"github.com/stackctl/stack/event"
	"github.com/stackctl/stack/planner"
)

// pretended begins a line about something that is not done, as in Docker
// Compose.
const pretended = "DRY-RUN MODE -  "

// Pretend prints the lines that a run of the plan would print, as done by nobody,
// as text or as Docker Compose's JSON. It leaves out the waits: how they would end
// is not known.
func Pretend(out io.Writer, mode Mode, plan planner.Plan) {
	p := newPlain(Options{Out: out})
	p.mark = pretended
	status := "Done"
	if mode == JSON {
		encoder := json.NewEncoder(out)
		p.tell = func(about subject, text string) {
			// That a line cannot be printed is no reason to end a run.
			_ = encoder.Encode(composeLine{DryRun: true, ID: about.String(), Status: status, Text: text})
		}
	}
	p.Next(plan)
	for _, node := range plan.Nodes {
		if node.Condition() != "" {
			continue
		}
		e := event.Event{Phase: event.Started, Node: string(node.ID), Op: node.Op.Kind(), Ref: node.Ref, Name: node.Name()}
		status = composeStatus(e.Phase)
		p.Event(e)
		e.Phase = event.Succeeded
		status = composeStatus(e.Phase)
		p.Event(e)
	}
}
