package render

import (
	"fmt"
	"strings"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// Counts is how many resources a plan changes, and how. Images are counted
// as pulled, built and pushed alone; pre_start hooks, providers and models as
// run.
type Counts struct {
	Pull      int `json:"pull"`
	Build     int `json:"build"`
	Push      int `json:"push"`
	Run       int `json:"run"`
	Create    int `json:"create"`
	Update    int `json:"update"`
	Replace   int `json:"replace"`
	Delete    int `json:"delete"`
	Unchanged int `json:"unchanged"`
	Pending   int `json:"pending"`
}

// Count counts a plan.
func Count(plan planner.Plan) Counts {
	var c Counts
	for _, pending := range plan.Pending {
		c.Pending += len(pending.Replicas)
	}
	for _, node := range plan.Nodes {
		switch node.Op.(type) {
		case planner.PullImage:
			c.Pull++
		case planner.BuildImage:
			c.Build++
		case planner.PushImage:
			c.Push++
		}
	}
	for _, change := range plan.Changes {
		switch {
		case change.Ref.Kind == state.KindImage && change.Action != planner.Delete:
		case runs(change.Ref.Kind) && (change.Action == planner.Create || change.Action == planner.Update):
			c.Run++
		case change.Action == planner.Create:
			c.Create++
		case change.Action == planner.Update:
			c.Update++
		case change.Action == planner.Replace:
			c.Replace++
		case change.Action == planner.Delete:
			c.Delete++
		case !plan.IsPending(change.Ref):
			c.Unchanged++
		}
	}
	return c
}

// runs is true for what is brought up by running something, each time anew.
func runs(kind state.Kind) bool {
	return kind == state.KindHook || kind == state.KindProvider || kind == state.KindModel
}

// String lists what there is: "2 to create, 1 to replace, 4 unchanged".
func (c Counts) String() string {
	var parts []string
	for _, part := range []struct {
		n    int
		text string
	}{
		{c.Pull, "to pull"},
		{c.Build, "to build"},
		{c.Push, "to push"},
		{c.Run, "to run"},
		{c.Create, "to create"},
		{c.Update, "to update"},
		{c.Replace, "to replace"},
		{c.Delete, "to remove"},
		{c.Unchanged, "unchanged"},
		{c.Pending, "to be checked again"},
	} {
		if part.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", part.n, part.text))
		}
	}
	return strings.Join(parts, ", ")
}

// inventory counts a plan's resources, and says how many there are of each
// kind: "5 containers, 1 network and 1 volume". Images are left out.
func inventory(plan planner.Plan) (text string, total int) {
	counts := map[state.Kind]int{}
	for _, change := range plan.Changes {
		counts[change.Ref.Kind]++
	}
	var parts []string
	for _, kind := range []state.Kind{state.KindContainer, state.KindService, state.KindNetwork, state.KindVolume, state.KindConfig, state.KindSecret} {
		if n := counts[kind]; n > 0 {
			parts = append(parts, plural(n, string(kind)))
			total += n
		}
	}
	return enumerate(parts), total
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// enumerate joins parts as a sentence does: "a, b and c".
func enumerate(parts []string) string {
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	last := len(parts) - 1
	return strings.Join(parts[:last], ", ") + " and " + parts[last]
}
