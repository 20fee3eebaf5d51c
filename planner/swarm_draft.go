package planner

import (
	"errors"
	"fmt"
	"slices"

	"github.com/docker/docker/api/types/swarm"

	"github.com/stackctl/stack/state"
)

// swarmDraft is a draft for a Swarm, which holds services and starts their tasks
// itself. Networks and images are the draft's, the rest is its own.
type swarmDraft struct {
	*draft
	observed  state.Observed
	held      map[string]*state.ObservedService // by their keys in the compose file
	oneOffs   []state.ObservedService           // those of `run`
	tasks     map[string][]state.Task           // by the service's id
	decided   map[string]*swarmService
	inputs    map[state.Ref]*inputPlan
	names     map[string]string // the engine's of configs and secrets, by their refs' text
	made      map[inputName]ID  // the nodes that create configs and secrets
	there     map[inputName]state.ObservedInput
	selected  map[string]bool // nil is all
	isAllowed map[string]bool // by the policy's Only; nil is all
}

// swarmService is what becomes of a service of a Swarm.
type swarmService struct {
	service   state.Service
	spec      state.ServiceSpec
	held      *state.ObservedService // nil for one that the Swarm does not hold
	tasks     []state.Task
	action    Action
	reasons   []Reason
	image     swarmImage
	newImage  bool     // its tasks are to run an image of another name
	restarts  bool     // its tasks are started anew
	refreshes bool     // its image may be another by then; all else is as it was
	notes     []string // what is to be said when it is written
	changed   ID       // the node that writes it; empty if none does
	converged ID       // the node after which it has converged; empty if it has
	begun     ID       // the node after which all its tasks have been started
}

func newSwarmDraft(desired state.Desired, observed state.Observed, policy UpPolicy) *swarmDraft {
	d := &swarmDraft{
		draft: newDraft(desired, observed, policy), observed: observed,
		held: map[string]*state.ObservedService{}, tasks: map[string][]state.Task{},
		decided: map[string]*swarmService{}, inputs: map[state.Ref]*inputPlan{},
		names: map[string]string{}, made: map[inputName]ID{}, there: map[inputName]state.ObservedInput{},
		selected: setOf(policy.Selected), isAllowed: setOf(policy.Only),
	}
	for i, s := range observed.Services {
		switch {
		case s.Spec.Labels[state.LabelNamespace] != desired.Project.Name:
		case s.OneOff():
			d.oneOffs = append(d.oneOffs, s)
		default:
			d.held[s.Service] = &observed.Services[i]
		}
	}
	for _, t := range observed.Tasks {
		d.tasks[t.ServiceID] = append(d.tasks[t.ServiceID], t)
	}
	for _, input := range observed.Inputs {
		d.there[inputName{input.Kind, input.Name}] = input
	}
	return d
}

// setOf is nil for no names, which stand for all.
func setOf(names []string) map[string]bool {
	if len(names) == 0 {
		return nil
	}
	set := map[string]bool{}
	for _, name := range names {
		set[name] = true
	}
	return set
}

// recreate is the policy for a service.
func (d *swarmDraft) recreate(service string) Recreate {
	if d.selected != nil && !d.selected[service] {
		return d.policy.RecreateDeps
	}
	return d.policy.Recreate
}

// leaves is true for a service that the policy leaves as it is.
func (d *swarmDraft) leaves(service string) bool { return d.isAllowed != nil && !d.isAllowed[service] }

// refuseSupplies notes what no service of a Swarm can have.
func (d *swarmDraft) refuseSupplies() {
	for _, p := range d.desired.Providers {
		d.fail(fmt.Errorf("service %s: it is provided by a program, which a Swarm does not run: name an image, or run it with `--engine docker`", p.Name))
	}
	for _, m := range d.desired.Models {
		d.fail(fmt.Errorf("model %s: a Swarm gives no model to services: run the project with `--engine docker`", m.Key))
	}
}

// ErrNotOnSwarm is returned for what is planned on containers alone, where a Swarm
// holds the project: it makes another task in the place of one that ended.
var ErrNotOnSwarm = errors.New("a Swarm's tasks are not started, stopped, signalled, paused or removed one by one")

// modeOf is the name of a service's mode in the compose file.
func modeOf(mode swarm.ServiceMode) string {
	switch {
	case mode.Global != nil:
		return "global"
	case mode.ReplicatedJob != nil:
		return "replicated-job"
	case mode.GlobalJob != nil:
		return "global-job"
	}
	return "replicated"
}

// isJob is true for a service whose tasks are to end.
func isJob(mode swarm.ServiceMode) bool { return mode.ReplicatedJob != nil || mode.GlobalJob != nil }

// self is the node that answers.
func (d *swarmDraft) self() state.Node {
	i := slices.IndexFunc(d.observed.Nodes, func(n state.Node) bool { return n.Self })
	if i < 0 {
		return state.Node{}
	}
	return d.observed.Nodes[i]
}
