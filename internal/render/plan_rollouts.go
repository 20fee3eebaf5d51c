package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stackctl/stack/planner"
)

// rollouts prints which services are updated a few containers at a time, and
// how: a line each.
func (t *planText) rollouts() {
	if len(t.plan.Rollouts) == 0 {
		return
	}
	t.line("%s", t.style.bold("A few at a time"))
	labels := 0
	for _, r := range t.plan.Rollouts {
		labels = max(labels, cells(r.Service))
	}
	for _, r := range t.plan.Rollouts {
		t.line("    %s  %s", pad(r.Service, labels), rolloutText(r))
	}
	t.line("")
}

// rolloutText says how a service is updated: "4 containers, 1 at a time,
// start-first, each watched for 5s; if one fails, all are brought back".
func rolloutText(r planner.Rollout) string {
	parts := []string{fmt.Sprintf("%d containers", len(r.Slots))}
	if len(r.Slots) == 1 {
		parts[0] = "1 container"
	}
	parts = append(parts, pace(r), fmt.Sprintf("each watched for %s", r.Monitor))
	return strings.Join(parts, ", ") + "; " + failureText(r)
}

// pace says how many at a time, in which order and how far apart.
func pace(r planner.Rollout) string {
	parts := []string{fmt.Sprintf("%d at a time", r.Parallelism), string(r.Order)}
	if r.Delay > 0 {
		parts = append(parts, fmt.Sprintf("%s apart", r.Delay))
	}
	return strings.Join(parts, ", ")
}

func failureText(r planner.Rollout) string {
	if r.FailureAction == planner.FailContinue {
		return "it goes on if one fails"
	}
	when := "if one fails"
	if r.MaxFailureRatio > 0 {
		when = fmt.Sprintf("if more than %g%% fail", 100*r.MaxFailureRatio)
	}
	if r.Rollback == nil {
		return when + ", the others are left as they are"
	}
	return when + ", all are brought back (" + pace(*r.Rollback) + ")"
}

// backNodes are the nodes of a plan's rollbacks.
func backNodes(plan planner.Plan) []planner.Node {
	var all []planner.Node
	for _, r := range plan.Rollouts {
		if r.Rollback != nil {
			all = slices.Concat(all, r.Rollback.Nodes)
		}
	}
	return all
}
