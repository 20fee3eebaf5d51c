package planner_test

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/docker/docker/api/types/swarm"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/planner/servicespec"
	"github.com/stackctl/stack/state"
)

// swarmOf is a Swarm of so many nodes that holds nothing.
func swarmOf(nodes int) *swarmModel {
	m := &swarmModel{clock: time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)}
	m.Engine = state.EngineInfo{Name: "swarm", APIVersion: "1.47", Nodes: nodes}
	m.Images = map[string]state.Image{}
	for i := range nodes {
		m.Nodes = append(m.Nodes, state.Node{
			ID: fmt.Sprintf("node%d", i+1), Name: fmt.Sprintf("n%d", i+1), Self: i == 0, Manager: i == 0, State: "ready", Availability: "active",
		})
	}
	return m
}

// swarmModel is what a Swarm holds, and what becomes of it when a plan is carried
// out in which all goes well.
type swarmModel struct {
	state.Observed
	clock time.Time
	ids   int
}

func (m *swarmModel) id(of string) string {
	m.ids++
	return fmt.Sprintf("%s-%d", of, m.ids)
}

// apply carries a plan out. An operation that a Swarm would refuse is an error.
func (m *swarmModel) apply(t assert.TestingT, plan planner.Plan) {
	for _, node := range plan.Nodes {
		m.clock = m.clock.Add(time.Second)
		if err := m.do(node.Op); err != nil {
			assert.NilError(t, fmt.Errorf("%s: %w", node.ID, err))
		}
	}
	slices.SortFunc(m.Services, func(a, b state.ObservedService) int { return strings.Compare(a.Name(), b.Name()) })
}

func (m *swarmModel) do(operation planner.Operation) error {
	switch op := operation.(type) {
	case planner.CreateNetwork:
		m.Networks = append(m.Networks, state.ObservedNetwork{
			ID: m.id("net"), Name: op.Spec.Config.Name, Driver: op.Spec.Config.Driver, Labels: op.Spec.Labels, Config: op.Spec.Config,
		})
	case planner.RemoveNetwork:
		m.Networks = slices.DeleteFunc(m.Networks, func(n state.ObservedNetwork) bool { return n.ID == op.ID })
	case planner.CreateInput:
		if m.hasInput(op.Spec.Kind, op.Spec.Name) {
			return fmt.Errorf("%s %s is there already", op.Spec.Kind, op.Spec.Name)
		}
		if len(op.Spec.Name) > 64 {
			return fmt.Errorf("the name %s is too long", op.Spec.Name)
		}
		input := state.ObservedInput{Kind: op.Spec.Kind, ID: m.id("input"), Name: op.Spec.Name, Labels: op.Spec.Labels, Created: m.clock,
			TemplateDriver: op.Spec.TemplateDriver, Driver: op.Spec.Driver, DriverOpts: op.Spec.DriverOpts}
		if input.Kind == state.KindConfig {
			input.Digest = op.Spec.Digest
		}
		m.Inputs = append(m.Inputs, input)
	case planner.RemoveInput:
		for _, s := range m.Services {
			if slices.Contains(inputNames(s.Spec), op.Input.Name) {
				return fmt.Errorf("%s uses it", s.Name())
			}
		}
		m.Inputs = slices.DeleteFunc(m.Inputs, func(i state.ObservedInput) bool { return i.ID == op.Input.ID })
	case planner.CreateService:
		return m.create(op.Spec)
	case planner.UpdateService:
		return m.update(op)
	case planner.RemoveService:
		m.Services = slices.DeleteFunc(m.Services, func(s state.ObservedService) bool { return s.ID == op.Service.ID })
	case planner.AwaitServiceGone:
		if op.Service.ID == "" {
			return fmt.Errorf("%s has no id", op.Service.Name)
		}
		m.Tasks = slices.DeleteFunc(m.Tasks, func(t state.Task) bool { return t.ServiceID == op.Service.ID })
	case planner.AwaitService:
		return m.converge(op)
	case planner.RemoveVolume:
		m.Volumes = slices.DeleteFunc(m.Volumes, func(v state.ObservedVolume) bool { return v.Name == op.Name })
	case planner.BuildImage:
		m.Images[op.Build.Image] = state.Image{ID: m.id("image"), Local: true, LastTag: m.clock}
	case planner.PushImage:
		image := m.Images[op.Image]
		image.Local = false
		m.Images[op.Image] = image
	case planner.RemoveImage:
		delete(m.Images, op.Image)
	case planner.PullImage:
		m.Images[op.Image] = state.Image{ID: m.id("image"), LastTag: m.clock}
	default:
		return fmt.Errorf("%s is no operation on a Swarm", op.Kind())
	}
	return nil
}

func (m *swarmModel) hasInput(kind state.Kind, name string) bool {
	return slices.ContainsFunc(m.Inputs, func(i state.ObservedInput) bool { return i.Kind == kind && i.Name == name })
}

func inputNames(spec swarm.ServiceSpec) (names []string) {
	for _, c := range spec.TaskTemplate.ContainerSpec.Configs {
		names = append(names, c.ConfigName)
	}
	for _, s := range spec.TaskTemplate.ContainerSpec.Secrets {
		names = append(names, s.SecretName)
	}
	return names
}

// check finds what a specification names and the Swarm does not have.
func (m *swarmModel) check(spec swarm.ServiceSpec) error {
	for _, n := range spec.TaskTemplate.Networks {
		if !slices.ContainsFunc(m.Networks, func(o state.ObservedNetwork) bool { return o.Name == n.Target }) {
			return fmt.Errorf("no network %s", n.Target)
		}
	}
	for _, c := range spec.TaskTemplate.ContainerSpec.Configs {
		if !m.hasInput(state.KindConfig, c.ConfigName) {
			return fmt.Errorf("no config %s", c.ConfigName)
		}
	}
	for _, s := range spec.TaskTemplate.ContainerSpec.Secrets {
		if !m.hasInput(state.KindSecret, s.SecretName) {
			return fmt.Errorf("no secret %s", s.SecretName)
		}
	}
	return nil
}

// pinned is a specification with its image's digest or id, if that is to be found
// out.
func (m *swarmModel) pinned(spec state.ServiceSpec) swarm.ServiceSpec {
	next := spec.Spec
	if spec.Local {
		c := *next.TaskTemplate.ContainerSpec
		c.Labels = maps.Clone(c.Labels)
		c.Labels[state.LabelImage] = m.Images[c.Image].ID
		next.TaskTemplate.ContainerSpec = &c
	}
	if spec.Resolve {
		c := *next.TaskTemplate.ContainerSpec
		c.Image = cmp.Or(spec.Tag, c.Image)
		c.Image += "@sha256:of-" + c.Image
		next.TaskTemplate.ContainerSpec = &c
	}
	return next
}

func (m *swarmModel) create(spec state.ServiceSpec) error {
	if slices.ContainsFunc(m.Services, func(s state.ObservedService) bool { return s.Name() == spec.Spec.Name }) {
		return fmt.Errorf("%s is there already", spec.Spec.Name)
	}
	s := state.ObservedService{ID: m.id("service"), Version: 1, Service: spec.Service, Spec: m.pinned(spec), Created: m.clock, Updated: m.clock}
	m.Services = append(m.Services, s)
	m.start(s)
	return m.check(s.Spec)
}

func (m *swarmModel) find(h state.Handle) *state.ObservedService {
	for i, s := range m.Services {
		if s.ID == h.ID || h.ID == "" && s.Name() == h.Name {
			return &m.Services[i]
		}
	}
	return nil
}

// kindOf is which of its modes a service has.
func kindOf(mode swarm.ServiceMode) [4]bool {
	return [4]bool{mode.Replicated != nil, mode.Global != nil, mode.ReplicatedJob != nil, mode.GlobalJob != nil}
}

func (m *swarmModel) update(op planner.UpdateService) error {
	s := m.find(op.Service)
	if s == nil || s.Version != op.Version {
		return fmt.Errorf("%s is not at version %d", op.Service.Name, op.Version)
	}
	before, next := s.Spec, m.pinned(op.Spec)
	if op.Spec.Refresh && op.Spec.Local && reflect.DeepEqual(before.TaskTemplate, next.TaskTemplate) { // a registry may have another
		return nil
	}
	if kindOf(before.Mode) != kindOf(next.Mode) {
		return fmt.Errorf("%s cannot have another mode", s.Name())
	}
	s.Previous, s.Spec, s.Updated, s.Update, s.Version = &before, next, m.clock, nil, s.Version+1
	anew := before.TaskTemplate.ForceUpdate != next.TaskTemplate.ForceUpdate || before.Mode.ReplicatedJob != nil
	for _, d := range servicespec.Differences(before, next) {
		anew = anew || d.Restarts
	}
	if anew {
		at := m.clock
		s.Update = &swarm.UpdateStatus{State: swarm.UpdateStateUpdating, StartedAt: &at}
		s.JobIteration++
		m.stop(*s, 0)
	}
	m.start(*s)
	return m.check(s.Spec)
}

// start makes the tasks that a service lacks.
func (m *swarmModel) start(s state.ObservedService) {
	wanted := 1
	switch {
	case s.Spec.Mode.Replicated != nil:
		wanted = int(*s.Spec.Mode.Replicated.Replicas)
	case s.Spec.Mode.ReplicatedJob != nil:
		wanted = int(*s.Spec.Mode.ReplicatedJob.TotalCompletions)
	case s.Spec.Mode.Global != nil, s.Spec.Mode.GlobalJob != nil:
		wanted = len(m.Nodes)
	}
	stay := m.places(s)
	for len(stay) > wanted {
		m.stop(s, stay[len(stay)-1])
		stay = stay[:len(stay)-1]
	}
	for slot := 1; len(stay) < wanted; slot++ {
		if slices.Contains(stay, slot) {
			continue
		}
		stay = append(stay, slot)
		node := m.Nodes[(slot-1)%len(m.Nodes)]
		desired := swarm.TaskStateRunning
		if s.Spec.Mode.ReplicatedJob != nil || s.Spec.Mode.GlobalJob != nil {
			desired = swarm.TaskStateComplete
		}
		m.Tasks = append(m.Tasks, state.Task{
			ID: m.id("task"), Service: s.Service, ServiceID: s.ID, Slot: slot, NodeID: node.ID, Node: node.Name,
			Current: true, State: swarm.TaskStatePreparing, Desired: desired, Created: m.clock,
		})
	}
}

// places are the slots that a service has tasks in. When there are to be fewer,
// the Swarm lets those at the end go: first those whose task is started no more.
func (m *swarmModel) places(s state.ObservedService) []int {
	var live, spent []int
	for _, t := range m.Tasks {
		switch {
		case t.ServiceID != s.ID || !t.Current:
		case isSpent(t):
			spent = append(spent, t.Slot)
		case t.Desired != swarm.TaskStateShutdown:
			live = append(live, t.Slot)
		}
	}
	slices.Sort(live)
	slices.Sort(spent)
	return append(live, spent...)
}

// isSpent is true for a task that the Swarm starts no more, until its service's
// tasks are replaced.
func isSpent(t state.Task) bool {
	return t.Desired == swarm.TaskStateShutdown && (t.State == swarm.TaskStateFailed || t.State == swarm.TaskStateRejected)
}

// stop ends the task in a slot; in all of them for 0.
func (m *swarmModel) stop(s state.ObservedService, slot int) {
	for i := range m.Tasks {
		if t := &m.Tasks[i]; t.ServiceID == s.ID && (slot == 0 || t.Slot == slot) {
			t.Desired, t.State, t.Current = swarm.TaskStateShutdown, swarm.TaskStateShutdown, false
		}
	}
}

// converge lets all tasks of a service come to where they are to be.
func (m *swarmModel) converge(op planner.AwaitService) error {
	s := m.find(op.Service)
	if s == nil {
		return fmt.Errorf("no service %s", op.Service.Name)
	}
	if op.Condition == state.Started {
		return nil
	}
	m.start(*s)
	for i := range m.Tasks {
		t := &m.Tasks[i]
		if t.ServiceID == s.ID && t.Current && isSpent(*t) {
			return fmt.Errorf("waits for %s in the place of %s, which is started no more", s.Name(), t.ID)
		}
		if t.ServiceID == s.ID && t.Desired != swarm.TaskStateShutdown {
			t.State, t.Current, t.Lost = t.Desired, true, false
		}
	}
	if s.Update != nil {
		s.Update.State = swarm.UpdateStateCompleted
	}
	if isJob := s.Spec.Mode.ReplicatedJob != nil || s.Spec.Mode.GlobalJob != nil; isJob != (op.Condition == state.Completed) {
		return fmt.Errorf("waits until %s is %s", s.Name(), op.Condition)
	}
	return nil
}

// hold is apply for a plan of a project that is new, of many services: it looks
// nothing up.
func (m *swarmModel) hold(t assert.TestingT, plan planner.Plan) {
	for _, node := range plan.Nodes {
		switch op := node.Op.(type) {
		case planner.CreateNetwork, planner.CreateInput:
			if err := m.do(op); err != nil {
				assert.NilError(t, err)
			}
		case planner.CreateService:
			s := state.ObservedService{ID: m.id("service"), Version: 1, Service: op.Spec.Service, Spec: m.pinned(op.Spec)}
			m.Services = append(m.Services, s)
			for slot := range int(*s.Spec.Mode.Replicated.Replicas) {
				of := m.Nodes[(len(m.Tasks))%len(m.Nodes)]
				m.Tasks = append(m.Tasks, state.Task{
					ID: m.id("task"), Service: s.Service, ServiceID: s.ID, Slot: slot + 1, NodeID: of.ID, Node: of.Name,
					Current: true, State: swarm.TaskStateRunning, Desired: swarm.TaskStateRunning,
				})
			}
		}
	}
}
