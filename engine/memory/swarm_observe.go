package memory

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/docker/docker/api/types/swarm"

	"github.com/stackctl/stack/state"
)

// observeSwarm adds what a Swarm holds of a project.
func (w *world) observeSwarm(o *state.Observed, scope state.Scope) {
	if w.Swarm == nil {
		return
	}
	o.Cluster = w.cluster(scope.Project)
	for i, s := range o.Services {
		o.Services[i] = apart(s)
	}
	o.Nodes = w.observeNodes()
	if !scope.ContainersOnly {
		o.Inputs = w.observeInputs(scope)
	}
}

func (w *world) observeNodes() []state.Node {
	var all []state.Node
	for _, n := range w.Swarm.Nodes {
		o := n.Node
		o.Labels = maps.Clone(n.Labels)
		all = append(all, o)
	}
	slices.SortFunc(all, func(a, b state.Node) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// cluster is what the services of a project are. It shares their specifications
// with the engine, which does not change one that it was given.
func (w *world) cluster(project string) state.Cluster {
	var c state.Cluster
	var owners []*service
	for _, o := range w.Swarm.Services {
		if o.project() == project {
			owners = append(owners, o)
		}
	}
	slices.SortFunc(owners, func(a, b *service) int {
		return cmp.Or(cmp.Compare(a.Spec.Name, b.Spec.Name), cmp.Compare(a.ID, b.ID))
	})
	for _, o := range owners {
		if !o.Removed {
			c.Services = append(c.Services, o.observed())
		}
		c.Tasks = append(c.Tasks, o.observedTasks()...)
	}
	return c
}

func (o *service) observed() state.ObservedService {
	seen := state.ObservedService{
		ID: o.ID, Version: o.Version, Service: o.serviceKey(), Spec: o.Spec, Previous: o.Previous,
		Created: o.Created, Updated: o.Updated, JobIteration: o.Iteration,
	}
	if o.Update != nil {
		status := *o.Update
		seen.Update = &status
	}
	return seen
}

// apart is a service that shares nothing with the engine's.
func apart(s state.ObservedService) state.ObservedService {
	var copied state.ObservedService
	text, err := json.Marshal(s)
	if err == nil {
		err = json.Unmarshal(text, &copied)
	}
	if err != nil {
		return s // the API's types always can be written and read
	}
	return copied
}

func (o *service) observedTasks() []state.Task {
	if o.seen != nil {
		return o.seen
	}
	all := slices.Clone(o.Tasks)
	slices.SortStableFunc(all, func(a, b *task) int {
		return cmp.Or(cmp.Compare(a.Slot, b.Slot), cmp.Compare(a.nodeName(), b.nodeName()), a.Created.Compare(b.Created))
	})
	o.seen = make([]state.Task, 0, len(all))
	for _, t := range all {
		o.seen = append(o.seen, t.observed())
	}
	return o.seen
}

func (t *task) nodeName() string {
	if t.node == nil {
		return ""
	}
	return t.node.Name
}

func (t *task) observed() state.Task {
	o := t.service
	seen := state.Task{
		ID: t.ID, Name: t.name(), Service: o.serviceKey(), ServiceID: o.ID, Slot: t.Slot, NodeID: t.NodeID, Node: t.nodeName(),
		Image: t.template().Task.ContainerSpec.Image, Current: t.Template == o.Template && t.Iteration == o.Iteration,
		State: t.State, Desired: t.Desired, Message: t.Message, Error: t.Error, ContainerID: t.Container, ExitCode: t.ExitCode,
		Created: t.Created, Since: t.Since, Lost: t.node != nil && t.node.State == nodeDown,
	}
	if t.State == swarm.TaskStateRunning || t.State == swarm.TaskStateStarting {
		seen.Ports = slices.Clone(t.Ports)
	}
	return seen
}

type clusterRole struct{ *Memory }

// between is the least time between two looks of a follower: what happens in it
// is told at once.
const between = 10 * time.Millisecond

// Follow tells what a project's services are, whenever it changes.
func (m clusterRole) Follow(ctx context.Context, project string, each func(state.Cluster)) error {
	told, breaks := -1, -1
	for {
		var seen state.Cluster
		err := m.await(ctx, func(w *world) (bool, error) {
			if breaks < 0 {
				breaks = m.breaks
			}
			if m.breaks != breaks {
				return false, m.broken
			}
			if w.Swarm.Revisions[project] == told {
				return false, nil
			}
			told = w.Swarm.Revisions[project]
			seen = w.cluster(project)
			return true, nil
		})
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			return err
		}
		each(seen)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(between):
		}
	}
}

// AllServices are the services of all projects.
func (m clusterRole) AllServices(ctx context.Context) (all []state.ObservedService, err error) {
	err = m.view(ctx, func(w *world) error {
		for _, o := range w.Swarm.services() {
			seen := apart(o.observed())
			seen.Running, seen.Wanted = o.count()
			all = append(all, seen)
		}
		return nil
	})
	return all, err
}

// count is how many tasks run and how many should, as the Engine API's
// ServiceStatus has it: a job's are wanted until they are done.
func (o *service) count() (running, wanted int) {
	for _, t := range o.Tasks {
		if t.State == swarm.TaskStateRunning {
			running++
		}
		if t.wanted() && !t.ended() {
			wanted++
		}
	}
	return running, wanted
}
