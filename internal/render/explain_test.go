package render

import (
	"bytes"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/stackctl/stack/internal/drift"
	"github.com/stackctl/stack/internal/explain"
	"github.com/stackctl/stack/internal/history"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// explained is a service that waits, and the one that it waits for.
func explained() []explain.Service {
	code, wanted := 1, 1
	db, web := state.ContainerRef("db", 1), state.ContainerRef("web", 1)
	return []explain.Service{
		{
			Name: "web", State: explain.Waiting, Wanted: &wanted,
			Because: []string{"web waits for db (service_healthy)", "db is unhealthy: probe exit 1: connection refused"},
			Replicas: []explain.Replica{{
				Ref: web, Name: "shop-web-1", ID: "1111", Status: state.StatusCreated, Since: noon(),
				Image: explain.Image{Reference: "nginx:1", ID: "sha256:aaaaaaaaaaaaaaaa", Now: "sha256:bbbbbbbbbbbbbbbb"},
			}},
			Hooks: []explain.Replica{{
				Ref: web, Name: "shop-web-pre_start-0", ID: "2222", Status: state.StatusExited, ExitCode: &code, Since: noon(),
				Image: explain.Image{Reference: "busybox", ID: "sha256:cccc", Gone: true}, Log: []string{"migrating", "no such table"},
			}},
			OneOffs: []string{"shop-web-run-1", "shop-web-run-2"},
			DependsOn: []explain.Wait{
				{Service: "db", Condition: state.Healthy, Required: true, Why: []string{"db is unhealthy: probe exit 1: connection refused"}},
				{Service: "mailer", Condition: state.Started, Met: true},
			},
			Next: explain.Next{Changes: []planner.Change{{Ref: web, Action: planner.Update, Reasons: []planner.Reason{{Text: "was not started"}}}}},
			Last: &explain.Last{
				Revision: 3, At: noon(), By: "anna@lab", Command: "up", Outcome: history.Failed, Error: "dependency failed to start",
				Changes: []planner.Change{{Ref: web, Action: planner.Create}},
			},
			Drift: []drift.Drift{{Ref: web, Name: "shop-web-1", Kind: drift.Detached, Field: "network", Applied: "shop_front"}},
		},
		{
			Name: "db", State: explain.Failed, Because: []string{"db is unhealthy: probe exit 1: connection refused"},
			Replicas: []explain.Replica{{
				Ref: db, Name: "shop-db-1", ID: "3333", Status: state.StatusRunning, Since: noon(), RestartCount: 2, Health: state.HealthUnhealthy,
				Probes: []state.Probe{{At: noon(), Output: "ok\n"}, {At: noon().Add(time.Second), ExitCode: 1, Output: "connection refused\n"}},
				Image:  explain.Image{Reference: "postgres:16", ID: "sha256:dddddddddddddddd"},
				Log:    []string{"starting", "no space left on device"},
			}},
			NeededBy: []explain.Dependent{{Service: "api", Condition: state.Started}, {Service: "web", Condition: state.Healthy}},
			Next:     explain.Next{Unknown: "compose.yaml is wrong"},
			Last:     &explain.Last{Revision: 3, At: noon(), By: "anna@lab", Command: "up", Outcome: history.Failed},
		},
		{
			Name: "job", State: explain.Completed, Because: []string{"job has completed"}, Replicas: []explain.Replica{},
			Next: explain.Next{Pending: true},
		},
	}
}

func TestExplanationsAreShown(t *testing.T) {
	for file, color := range map[string]bool{"explain.txt": false, "explain-color.txt": true} {
		var out bytes.Buffer
		assert.NilError(t, Explain(&out, explained(), ExplainOptions{Color: color, Now: noon().Add(5 * time.Minute)}))
		golden.Assert(t, out.String(), file)
	}
}

func TestExplanationsAreData(t *testing.T) {
	var out bytes.Buffer
	assert.NilError(t, ExplainJSON(&out, "shop", explained()[:1]))
	golden.Assert(t, out.String(), "explain.json")
}
