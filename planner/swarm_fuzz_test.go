package planner_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/docker/api/types/swarm"
	"gotest.tools/v3/assert"
	"pgregory.net/rapid"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// Whatever a Swarm holds, a plan can be carried out on it, and then there is
// nothing left to do; the same plan comes again for the same state; nothing
// without the project's label is touched, and after `down` nothing with it is
// there.
func TestOnSwarmEveryPlanConverges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := swarmOf(rapid.IntRange(1, 3).Draw(t, "nodes"))
		theirs := m.foreign()
		for range rapid.IntRange(0, 3).Draw(t, "runs before") {
			before := drawFleet(t)
			plan, err := planner.Up(before, m.Observed, drawSwarmPolicy(t))
			assert.NilError(t, err)
			plan.Nodes = plan.Nodes[:rapid.IntRange(0, len(plan.Nodes)).Draw(t, "cut off")]
			m.apply(t, plan)
			m.disturb(t)
		}
		desired, policy := drawFleet(t), drawSwarmPolicy(t)
		plan, err := planner.Up(desired, m.Observed, policy)
		assert.NilError(t, err)
		again, err := planner.Up(desired, m.Observed, policy)
		assert.NilError(t, err)
		assert.Equal(t, asJSON(t, again), asJSON(t, plan))
		checkShape(t, plan)
		checkSwarmOrder(t, desired, plan)
		m.apply(t, plan)
		assert.Equal(t, m.foreignNow(), theirs)

		plan, err = planner.Up(desired, m.Observed, planner.UpPolicy{RemoveOrphans: policy.RemoveOrphans})
		assert.NilError(t, err)
		if policy.Pull != "" { // whether that was an update, and what was kept for a rollback is needed, is known only now
			plan.Nodes = slices.DeleteFunc(plan.Nodes, func(n planner.Node) bool { return n.Op.Kind() == planner.RemoveInput{}.Kind() })
		}
		assert.Assert(t, len(plan.Nodes) == 0, "%v %v", plan.Nodes, reasons(plan))

		plan, err = planner.Down(desired, m.Observed, planner.DownPolicy{RemoveOrphans: true})
		assert.NilError(t, err)
		checkShape(t, plan)
		m.apply(t, plan)
		assert.Equal(t, m.foreignNow(), theirs)
		assert.Equal(t, fmt.Sprint(len(m.Services), len(m.Tasks), len(m.Networks), len(m.Inputs)), "1 0 1 1", "%v", m.Observed)
	})
}

// foreign gives the Swarm a service, a network and a config of another project.
func (m *swarmModel) foreign() string {
	labels := map[string]string{state.LabelNamespace: "other"}
	spec := swarm.ServiceSpec{Annotations: swarm.Annotations{Name: "other_web", Labels: labels}}
	spec.TaskTemplate.ContainerSpec = &swarm.ContainerSpec{Image: "web:1"}
	m.Services = append(m.Services, state.ObservedService{ID: "theirs", Version: 7, Service: "web", Spec: spec})
	m.Networks = append(m.Networks, state.ObservedNetwork{ID: "theirs", Name: "other_default", Driver: "overlay", Labels: labels})
	m.Inputs = append(m.Inputs, state.ObservedInput{Kind: state.KindConfig, ID: "theirs", Name: "other_conf", Labels: map[string]string{
		state.LabelNamespace: "other", state.LabelStackInput: "conf",
	}})
	return m.foreignNow()
}

func (m *swarmModel) foreignNow() string {
	var all []any
	for _, s := range m.Services {
		if s.ID == "theirs" {
			all = append(all, s.Version, s.Spec.Name)
		}
	}
	for _, n := range m.Networks {
		if n.ID == "theirs" {
			all = append(all, n.Name)
		}
	}
	for _, i := range m.Inputs {
		if i.ID == "theirs" {
			all = append(all, i.Name)
		}
	}
	return fmt.Sprint(all...)
}

// disturb does what happens to a Swarm between two runs: tasks fail, updates are
// paused, somebody scales a service or gives it another image.
func (m *swarmModel) disturb(t *rapid.T) {
	for i := range m.Tasks {
		if task := &m.Tasks[i]; task.Current && task.Desired != swarm.TaskStateShutdown && rapid.IntRange(0, 5).Draw(t, "task "+task.ID) == 0 {
			task.State = rapid.SampledFrom([]swarm.TaskState{swarm.TaskStateFailed, swarm.TaskStatePending, swarm.TaskStateRejected}).Draw(t, "state "+task.ID)
			if task.State != swarm.TaskStatePending && rapid.Bool().Draw(t, "for good "+task.ID) {
				task.Desired = swarm.TaskStateShutdown
				if s := m.find(state.Handle{ID: task.ServiceID}); s != nil && s.Update != nil && s.Update.State == swarm.UpdateStateUpdating {
					s.Update.State = swarm.UpdateStatePaused // as failure_action has it, if nothing is said
				}
			}
		}
	}
	for i := range m.Services {
		s := &m.Services[i]
		if s.ID == "theirs" {
			continue
		}
		m.endFailedJob(*s)
		at := m.clock
		switch rapid.IntRange(0, 9).Draw(t, "disturbs "+s.ID) {
		case 0:
			s.Update = &swarm.UpdateStatus{State: swarm.UpdateStatePaused, StartedAt: &at}
		case 1:
			if s.Previous != nil && kindOf(s.Previous.Mode) == kindOf(s.Spec.Mode) {
				s.Spec, s.Previous = *s.Previous, nil
				s.Update = &swarm.UpdateStatus{State: swarm.UpdateStateRollbackCompleted, StartedAt: &at}
				m.stop(*s, 0)
				m.start(*s)
			}
		case 2:
			spec := *s.Spec.TaskTemplate.ContainerSpec
			spec.Image = "theirs:1"
			s.Spec.TaskTemplate.ContainerSpec = &spec
		}
		s.Version++
	}
	m.clock = m.clock.Add(time.Minute)
}

// endFailedJob ends what is left of a job of which a task has failed for good. A
// run that comes earlier waits for that, and fails as the job does.
func (m *swarmModel) endFailedJob(s state.ObservedService) {
	ofIt := func(t state.Task) bool { return t.ServiceID == s.ID && t.Current }
	if s.Spec.Mode.ReplicatedJob == nil || !slices.ContainsFunc(m.Tasks, func(t state.Task) bool { return ofIt(t) && isSpent(t) }) {
		return
	}
	for i := range m.Tasks {
		if t := &m.Tasks[i]; ofIt(*t) && !isSpent(*t) {
			t.State = swarm.TaskStateComplete
		}
	}
}

// drawFleet is a project of some of four services.
func drawFleet(t *rapid.T) state.Desired {
	var all []state.Service
	var withConfig []int
	for i, name := range []string{"a", "b", "c", "d"} {
		if rapid.IntRange(0, 3).Draw(t, name) == 0 {
			continue
		}
		options := []func(*state.Service){replicas(rapid.IntRange(0, 3).Draw(t, name+" replicas"))}
		for _, other := range []string{"a", "b", "c"}[:min(i, 3)] {
			switch rapid.IntRange(0, 5).Draw(t, name+" on "+other) {
			case 0:
				options = append(options, dependsOn(other, state.Healthy))
			case 1:
				options = append(options, optional(other, state.Healthy))
			case 2:
				options = append(options, restartsWith(other))
			case 3:
				options = append(options, dependsOn(other, state.Started))
			}
		}
		s := service(name, options...)
		s.Config.User = rapid.SampledFrom([]string{"", "1"}).Draw(t, name+" user")
		s.Config.Image = name + ":" + rapid.SampledFrom([]string{"1", "2"}).Draw(t, name+" tag")
		switch rapid.IntRange(0, 5).Draw(t, name+" mode") {
		case 0:
			s.OneShot = true
		case 1:
			s.Config.Deploy = &types.DeployConfig{Mode: "global"}
		}
		if rapid.Bool().Draw(t, name+" config") {
			withConfig = append(withConfig, len(all))
		}
		all = append(all, s)
	}
	desired := project(all...)
	content := rapid.SampledFrom([]string{first, second, third}).Draw(t, "content")
	for _, i := range withConfig {
		desired = withInput(desired, i, state.KindConfig, "conf", content)
		desired.Inputs = desired.Inputs[:1]
	}
	return desired
}

func drawSwarmPolicy(t *rapid.T) planner.UpPolicy {
	return planner.UpPolicy{
		Recreate:      rapid.SampledFrom([]planner.Recreate{planner.RecreateChanged, planner.RecreateAlways}).Draw(t, "recreate"),
		RemoveOrphans: rapid.Bool().Draw(t, "remove orphans"),
		RollBack:      rapid.IntRange(0, 4).Draw(t, "roll back") == 0,
		Pull:          rapid.SampledFrom([]string{"", "", "always"}).Draw(t, "pull"),
	}
}

// checkSwarmOrder sees that every service is written after those that it requires
// have converged, if they are written or have to be waited for.
func checkSwarmOrder(t assert.TestingT, desired state.Desired, plan planner.Plan) {
	after, writes := map[planner.ID][]planner.ID{}, map[string]planner.ID{}
	for _, node := range plan.Nodes {
		for _, before := range node.After {
			after[node.ID] = append(append(after[node.ID], before), after[before]...)
		}
		switch node.Op.(type) {
		case planner.CreateService, planner.UpdateService:
			writes[node.Ref.Name] = node.ID
		}
	}
	for _, s := range desired.Services {
		for _, dependency := range s.DependsOn {
			if writes[s.Name] == "" || writes[dependency.Service] == "" || !dependency.Required {
				continue
			}
			await := planner.ID("await " + dependency.Service)
			if dependency.Condition == state.Started {
				await += " started"
			}
			assert.Assert(t, slices.Contains(after[writes[s.Name]], await), "%s does not come after %s", writes[s.Name], await)
		}
	}
}
