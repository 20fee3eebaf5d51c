package swarm

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/docker/docker/api/types/swarm"
	"github.com/docker/docker/client"
	"golang.org/x/sync/errgroup"

	"github.com/stackctl/stack/state"
)

// view is what was seen of a Swarm, in its words: a project's services and
// tasks, and all nodes, by id, and networks.
type view struct {
	project  string
	services []swarm.Service
	tasks    []swarm.Task
	nodes    map[string]swarm.Node
	networks []state.ObservedNetwork // those that are listed
	names    map[string]string       // of networks by id, once services were seen in one; empty for what is not there
	// gone are the names of services that were seen before, by id: a task does
	// not know its service's name.
	gone map[string]string
}

// look asks for a project's services and tasks.
func (m *manager) look(ctx context.Context, api *client.Client, project string, v *view) error {
	v.project = project
	both, ctx := errgroup.WithContext(ctx)
	both.Go(func() (err error) {
		v.services, err = api.ServiceList(ctx, swarm.ServiceListOptions{Filters: ofProject(project)})
		return m.Translate(err, "list services of %s", project)
	})
	both.Go(func() (err error) {
		v.tasks, err = api.TaskList(ctx, swarm.TaskListOptions{Filters: ofProject(project)})
		return m.Translate(err, "list tasks of %s", project)
	})
	return both.Wait()
}

// cluster describes the services and the tasks that are in scope.
func (v *view) cluster(scope state.Scope) state.Cluster {
	var seen state.Cluster
	byID := make(map[string]*swarm.Service, len(v.services))
	for i, s := range v.services {
		byID[s.ID] = &v.services[i]
		if described := describeService(s, v.names); scope.Shows(described.Service) {
			seen.Services = append(seen.Services, described)
		}
	}
	for _, t := range v.tasks {
		if byID[t.ServiceID] == nil && leftBehind(t) {
			continue
		}
		if described := v.task(t, byID[t.ServiceID]); scope.Shows(described.Service) {
			seen.Tasks = append(seen.Tasks, described)
		}
	}
	slices.SortFunc(seen.Services, func(a, b state.ObservedService) int { return cmp.Compare(a.Spec.Name, b.Spec.Name) })
	slices.SortFunc(seen.Tasks, func(a, b state.Task) int {
		return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.ServiceID, b.ServiceID), cmp.Compare(a.Slot, b.Slot),
			cmp.Compare(a.Node, b.Node), a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID))
	})
	return seen
}

// leftBehind is true for a task of a service that was removed which is over and
// that nobody will remove: a Swarm forgets those of jobs.
func leftBehind(t swarm.Task) bool {
	return state.TaskEnded(t.Status.State) && t.DesiredState != swarm.TaskStateRemove
}

// networksOf are the project's networks, and those that are asked for by name.
// A name can be that of a network of the Swarm and of one of this machine: the
// Swarm's is meant then.
func (v *view) networksOf(scope state.Scope) []state.ObservedNetwork {
	var found []state.ObservedNetwork
	for _, n := range v.networks {
		ours := !scope.ContainersOnly && n.Scope == state.ScopeSwarm && n.Labels[state.LabelNamespace] == scope.Project
		if ours || slices.Contains(scope.Networks, n.Name) {
			found = append(found, n)
		}
	}
	slices.SortFunc(found, func(a, b state.ObservedNetwork) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), -cmp.Compare(a.Scope, b.Scope), cmp.Compare(a.ID, b.ID))
	})
	return slices.CompactFunc(found, func(a, b state.ObservedNetwork) bool {
		return a.ID == b.ID || a.Name == b.Name && b.Scope != state.ScopeSwarm
	})
}

func describeService(s swarm.Service, networks map[string]string) state.ObservedService {
	described := state.ObservedService{
		ID: s.ID, Version: s.Version.Index, Service: state.ServiceKey(s.Spec.Annotations), Spec: named(s.Spec, networks),
		Created: s.CreatedAt, Updated: s.UpdatedAt,
	}
	if s.PreviousSpec != nil {
		previous := named(*s.PreviousSpec, networks)
		described.Previous = &previous
	}
	if s.UpdateStatus != nil && s.UpdateStatus.State != "" {
		described.Update = s.UpdateStatus
	}
	if counted := s.ServiceStatus; counted != nil {
		described.Running, described.Wanted = int(counted.RunningTasks), int(counted.DesiredTasks) //nolint:gosec // no Swarm has so many
		if s.JobStatus != nil {
			described.Wanted = max(described.Running, described.Wanted-int(counted.CompletedTasks)) //nolint:gosec // as above
		}
	}
	if s.JobStatus != nil {
		described.JobIteration = s.JobStatus.JobIteration.Index
	}
	return described
}

// task describes a task. Its service is nil for one that was removed.
func (v *view) task(t swarm.Task, service *swarm.Service) state.Task {
	name := v.gone[t.ServiceID]
	key := strings.TrimPrefix(name, v.project+"_")
	if service != nil {
		name, key = service.Spec.Name, state.ServiceKey(service.Spec.Annotations)
	}
	described := state.Task{
		ID:        t.ID,
		Name:      taskName(cmp.Or(name, t.ServiceID), t),
		Service:   key,
		ServiceID: t.ServiceID,
		Slot:      t.Slot,
		NodeID:    t.NodeID,
		Node:      v.nodes[t.NodeID].Description.Hostname,
		Current:   service != nil && v.current(t, *service),
		Lost:      v.lost(t),
		State:     t.Status.State,
		Desired:   t.DesiredState,
		Message:   t.Status.Message,
		Error:     strings.TrimPrefix(t.Status.Err, "task: "), // which says nothing
		Created:   t.CreatedAt,
		Since:     t.Status.Timestamp,
	}
	if c := t.Spec.ContainerSpec; c != nil {
		described.Image = c.Image
	}
	if c := t.Status.ContainerStatus; c != nil {
		described.ContainerID, described.ExitCode = c.ContainerID, c.ExitCode
	}
	for _, p := range t.Status.PortStatus.Ports {
		described.Ports = append(described.Ports, state.Port{
			PublishedPort: int(p.PublishedPort), TargetPort: int(p.TargetPort), Protocol: string(p.Protocol),
		})
	}
	return described
}

// lost is true for a task that was last heard of as one that has not ended, and
// whose node is down.
func (v *view) lost(t swarm.Task) bool {
	return !state.TaskEnded(t.Status.State) && v.nodes[t.NodeID].Status.State == swarm.NodeStateDown
}

// taskName is the name that `docker stack ps` has for a task.
func taskName(service string, t swarm.Task) string {
	if t.Slot != 0 {
		return fmt.Sprintf("%s.%d", service, t.Slot)
	}
	return service + "." + t.NodeID
}
