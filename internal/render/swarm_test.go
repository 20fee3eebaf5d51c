package render

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/event"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

func serviceNamed(name string) state.ServiceSpec {
	spec := state.ServiceSpec{Service: name}
	spec.Spec.Name = "shop_" + name
	return spec
}

// swarmPlan creates, updates and removes services of a Swarm.
func swarmPlan() planner.Plan {
	db, web, old := state.ServiceRef("db"), state.ServiceRef("web"), state.ServiceRef("old")
	net, conf := state.NetworkRef("default"), state.Ref{Kind: state.KindConfig, Name: "conf"}
	waits := func(name string) planner.AwaitService {
		return planner.AwaitService{Service: state.Handle{Name: name}, Condition: state.Ready}
	}
	return planner.Plan{
		Project: "shop",
		Changes: []planner.Change{
			{Ref: db, Name: "shop_db", Action: planner.Create},
			{Ref: web, Name: "shop_web", Action: planner.Update, Reasons: []planner.Reason{{Field: "image", Old: "web:1", New: "web:2"}}},
			{Ref: old, Name: "shop_old", Action: planner.Delete, Reasons: []planner.Reason{{Text: "not in the file any more"}}},
			{Ref: state.ServiceRef("same"), Name: "shop_same", Action: planner.NoOp},
			{Ref: net, Name: "shop_default", Action: planner.Create},
			{Ref: conf, Name: "shop_conf_0123456789ab", Action: planner.Create},
		},
		Nodes: []planner.Node{
			step("network default", net, planner.CreateNetwork{Spec: state.NetworkSpec{Config: types.NetworkConfig{Name: "shop_default"}}}),
			step("config conf", conf, planner.CreateInput{Spec: state.InputSpec{Name: "shop_conf_0123456789ab"}}),
			step("create db", db, planner.CreateService{Spec: serviceNamed("db")}, "network default", "config conf"),
			step("await db", db, waits("shop_db"), "create db"),
			step("update web", web, planner.UpdateService{Service: handle("shop_web"), Spec: serviceNamed("web")}, "await db"),
			step("await web", web, waits("shop_web"), "update web"),
			step("remove old", old, planner.RemoveService{Service: handle("shop_old")}),
			step("await old gone", old, planner.AwaitServiceGone{Service: handle("shop_old")}, "remove old"),
		},
	}
}

func TestThePlanOfASwarm(t *testing.T) {
	var out bytes.Buffer
	assert.NilError(t, Plan(&out, swarmPlan(), PlanOptions{}))
	assert.Equal(t, "\n"+out.String(), `
Networks
  + default  shop_default

Configs
  + conf  shop_conf_0123456789ab

Services
  + db   shop_db
  ~ web  shop_web  after db is ready
        image: web:1 → web:2
  - old  shop_old  not in the file any more

Plan: 3 to create, 1 to update, 1 to remove, 1 unchanged.
`)
	same := planner.Plan{Changes: []planner.Change{{Ref: state.ServiceRef("web"), Name: "shop_web", Action: planner.NoOp}, {Ref: state.NetworkRef("default"), Name: "shop_default", Action: planner.NoOp}}}
	out.Reset()
	assert.NilError(t, Plan(&out, same, PlanOptions{}))
	assert.Equal(t, out.String(), "Nothing to do: 1 service and 1 network are as they should be.\n")
}

func TestAnImageOfATaskIsTheNameThatItIsPinnedBy(t *testing.T) {
	const digest = "8fe8d933229d9c9cebd72cc579e0db8264bc88bfb6ac1dd11b0dc5d534212f76"
	for image, want := range map[string][2]string{
		"web:1@sha256:" + digest:                    {"web:1", "8fe8d933229d"},
		"docker.io/library/web:1@sha256:" + digest:  {"web:1", "8fe8d933229d"},
		"registry:5000/team/web:1@sha256:" + digest: {"registry:5000/team/web:1", "8fe8d933229d"},
		"registry:5000/team/web@sha256:" + digest:   {"registry:5000/team/web@sha256:8fe8d933229d", "8fe8d933229d"},
		"web:1":            {"web:1", ""},
		"sha256:" + digest: {"sha256:" + digest, ""},
	} {
		name, pinned := unpinned(image)
		assert.Equal(t, [2]string{name, pinned}, want, image)
	}
}

// swarmRun shows a run of the plan in which web is rolled back.
func swarmRun(p Progress, at *time.Time) {
	plan := swarmPlan()
	tell := func(phase event.Phase, id, text string) {
		*at = at.Add(time.Second)
		for _, node := range plan.Nodes {
			if string(node.ID) == id {
				p.Event(event.Event{
					Time: *at, Phase: phase, Node: id, Op: node.Op.Kind(), Ref: node.Ref, Name: node.Name(), Condition: node.Condition(),
					Detail: text, Error: text,
				})
			}
		}
	}
	for _, id := range []string{"remove old", "network default", "config conf", "create db"} {
		tell(event.Started, id, "")
		tell(event.Succeeded, id, "")
	}
	tell(event.Started, "await db", "")
	tell(event.Progress, "await db", "0/1 running; db.1 on node2: preparing")
	tell(event.Succeeded, "await db", "")
	tell(event.Started, "await old gone", "")
	tell(event.Succeeded, "await old gone", "")
	tell(event.Started, "update web", "")
	tell(event.Succeeded, "update web", "")
	tell(event.Started, "await web", "")
	tell(event.Progress, "await web", "1/2 running; web.2 on node3: starting")
}

func TestProgressOfASwarm(t *testing.T) {
	at := noon()
	var out bytes.Buffer
	swarmRun(NewProgress(Plain, swarmPlan(), Options{Out: &out}), &at)
	assert.Equal(t, "\n"+out.String(), `
 Service shop_same Running
 Service shop_old Removing
 Network shop_default Creating
 Network shop_default Created
 Config shop_conf_0123456789ab Creating
 Config shop_conf_0123456789ab Created
 Service shop_db Creating
 Service shop_db Created
 Service shop_db Converging
 Service shop_db 0/1 running; db.1 on node2: preparing
 Service shop_db Converged
 Service shop_old Removed
 Service shop_web Updating
 Service shop_web Updated
 Service shop_web Converging
 Service shop_web 1/2 running; web.2 on node3: starting
`)
}

func TestAFrameOfASwarm(t *testing.T) {
	at := noon()
	v := newView(at)
	v.next(swarmPlan())
	swarmRun(viewOnly{v}, &at)
	assert.Equal(t, "\n"+strings.Join(v.frame(100, 20, at, style{}), "\n"), `
shop: 4 of 5 done, 1 running, 1 unchanged  17.0s
 ✔ Network shop_default           Created                                                       1.0s
 ✔ Config shop_conf_0123456789ab  Created                                                       1.0s
 ✔ Service shop_db                Converged                                                     4.0s
 ⠹ Service shop_web               Converging  1/2 running; web.2 on node3: starting             1.0s
 ✔ Service shop_old               Removed                                                      12.0s`)
	assert.Equal(t, v.rows[3].shortError(&task{error: "service shop_web: rolled back: web.2 on node3: exit (1)"}), "rolled back: web.2 on node3: exit (1)")
}

// viewOnly takes events for a view.
type viewOnly struct{ v *view }

func (o viewOnly) Event(e event.Event) { o.v.take(e) }
func (viewOnly) Next(planner.Plan)     {}
func (viewOnly) Done(error)            {}
