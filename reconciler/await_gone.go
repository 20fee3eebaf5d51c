package reconciler

import (
	"context"
	"fmt"
	"time"

	"github.com/stackctl/stack/event"
	"github.com/stackctl/stack/planner"
)

// lettingGo is how long the tasks of a service that was removed may show no
// change: a node that cannot stop one is not waited for.
const lettingGo = 2 * time.Minute

// awaitServiceGone returns when a service and its tasks are gone.
func (r *run) awaitServiceGone(ctx context.Context, node planner.Node, op planner.AwaitServiceGone) error {
	rung, stopListening := r.cluster.listen(op.Service)
	defer stopListening()
	var told, before string
	moved := time.Now()
	for {
		p, seen, err := r.cluster.look(op.Service)
		if err != nil {
			return err
		}
		left := 0
		detail := ""
		for _, t := range p.tasks {
			if t.Alive() {
				left++
				detail = fmt.Sprintf("%s: stopping", place(t))
			}
		}
		if seen && p.service == nil && left == 0 {
			return nil
		}
		if now := motion(p); now != before {
			before, moved = now, time.Now()
		}
		if left > 1 {
			detail += fmt.Sprintf(" and %d more", left-1)
		}
		if detail != "" && detail != told {
			told = detail
			e := about(node, event.Progress)
			e.Detail = detail
			r.emit(e)
		}
		select {
		case <-rung:
		case <-time.After(time.Until(moved.Add(lettingGo))):
			return fmt.Errorf("is not gone: nothing has changed for %s; %s", lettingGo, detail)
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
