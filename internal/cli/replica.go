package cli

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/stackctl/stack/state"
)

// replicas are the containers of a service, first those that run, then by
// number; those of 'run' come last.
func (v *view) replicas(service string) []state.Container {
	last := func(is bool) int {
		if is {
			return 1
		}
		return 0
	}
	found := slices.DeleteFunc(slices.Clone(v.observed.Containers), func(c state.Container) bool {
		return c.Service != service || c.IsHook()
	})
	slices.SortStableFunc(found, func(a, b state.Container) int {
		return cmp.Or(
			cmp.Compare(last(a.OneOff), last(b.OneOff)),
			cmp.Compare(last(!a.Running()), last(!b.Running())),
			cmp.Compare(a.Number, b.Number),
			cmp.Compare(a.Name, b.Name),
		)
	})
	return found
}

// replica is the container of a service that a command works on: the one with
// the number index, or the first where index is 0.
func (v *view) replica(service string, index int) (state.Container, error) {
	for _, c := range v.replicas(service) {
		if index == 0 || c.Number == index && !c.OneOff {
			return c, nil
		}
	}
	if index != 0 {
		return state.Container{}, fmt.Errorf("service %q is not running container #%d", service, index)
	}
	return state.Container{}, fmt.Errorf("service %q is not running", service)
}

// distance is 0 for a container of the engine that is called, and 1 for a task on
// another node of its Swarm.
func (v *view) distance(c state.Container) int {
	if c.Node == "" || slices.ContainsFunc(v.observed.Nodes, func(n state.Node) bool { return n.Self && n.Name == c.Node }) {
		return 0
	}
	return 1
}

// running is the container of a service that a command joins: the running one
// with the number index, or the first where index is 0, of a Swarm's tasks one on
// the node that is asked if there is one. What runs is what
// matters, also of a service that the compose file does not have any more.
func (v *view) running(service string, index int) (state.Container, error) {
	all := v.replicas(service)
	slices.SortStableFunc(all, func(a, b state.Container) int { return cmp.Compare(v.distance(a), v.distance(b)) })
	for _, c := range all {
		if (c.Running() || c.Status == state.StatusRestarting) && (index == 0 || c.Number == index && !c.OneOff) {
			return c, nil
		}
	}
	if v.target.project != nil && len(all) == 0 {
		if err := v.target.checkServices([]string{service}, nil); err != nil {
			return state.Container{}, err
		}
	}
	if index != 0 {
		return state.Container{}, fmt.Errorf("service %q is not running container #%d", service, index)
	}
	return state.Container{}, fmt.Errorf("service %q is not running: start it with 'stack up -d %s'", service, service)
}

// viewReplica observes the project, and picks the container of a service that a
// command works on. The view is to be closed.
func (a *app) viewReplica(ctx context.Context, service string, index int) (*view, state.Container, error) {
	v, err := a.view(ctx, containersOnly, []string{service})
	if err != nil {
		return nil, state.Container{}, err
	}
	c, err := v.replica(service, index)
	if err != nil {
		v.close()
		return nil, state.Container{}, err
	}
	return v, c, nil
}
