package drift

import (
	"fmt"
	"slices"
	"strings"

	"github.com/docker/docker/api/types/swarm"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/planner/servicespec"
	"github.com/stackctl/stack/state"
)

// swarm compares the services that a Swarm holds with those that were applied,
// field by field, and says which of them have not converged.
func (c *comparison) swarm(observed state.Observed) {
	tasks := map[string][]state.Task{} // by the service's id
	for _, t := range observed.Tasks {
		tasks[t.ServiceID] = append(tasks[t.ServiceID], t)
	}
	if c.applied.Desired != nil {
		c.specs(observed)
		c.swarmNetworks()
	} else {
		c.report.Unknown = []string{"which services were removed, added or orphaned", "what of them was changed"}
	}
	for _, s := range observed.Services {
		if s.OneOff() || !c.isAbout(s.Service) {
			continue
		}
		switch {
		case !c.known(s.Service):
			c.add(ofService(s.Service, s.Name(), Orphaned, "id", "", short(s.ID)))
		case c.applied.Desired != nil && c.service(s.Service) == nil:
			c.add(ofService(s.Service, s.Name(), Added, "id", "", short(s.ID)))
		}
		c.progress(s, tasks[s.ID])
	}
}

func (c *comparison) isAbout(service string) bool {
	return len(c.services) == 0 || slices.Contains(c.services, service)
}

// ofService is a drift of a service of a Swarm.
func ofService(key, name string, kind Kind, field, applied, found string) Drift {
	return Drift{Ref: state.ServiceRef(key), Name: name, Kind: kind, Field: field, Applied: applied, Found: found}
}

// specs compares the specifications.
func (c *comparison) specs(observed state.Observed) {
	held := map[string]state.ObservedService{}
	for _, s := range observed.Services {
		if !s.OneOff() {
			held[s.Service] = s
		}
	}
	desired := *c.applied.Desired
	options := servicespec.Options{Engine: observed.Engine, Inputs: inputNames(desired, observed)}
	for _, s := range desired.Services {
		if !c.isAbout(s.Name) {
			continue
		}
		is, there := held[s.Name]
		if !there {
			if !c.created(s.Name) {
				continue // it is for the next run to do
			}
			c.add(ofService(s.Name, desired.Project.SwarmName(s.Name), Removed, "", "", ""))
			continue
		}
		spec, err := servicespec.Of(desired, s, options)
		if err != nil {
			c.unknown(fmt.Sprintf("what of service %s was changed (%v)", s.Name, err))
			continue
		}
		for _, d := range servicespec.Differences(is.Spec, revealed(spec.Spec, is.Spec)) {
			c.add(ofService(s.Name, is.Name(), Changed, d.Field, d.New, d.Old))
		}
	}
}

// created is false for a service that is known not to have been there when the
// project had been applied.
func (c *comparison) created(service string) bool {
	return !slices.ContainsFunc(c.applied.Services, func(s state.ObservedService) bool { return s.Service == service && s.ID == "" })
}

// UpdateField is the field of a drift that is about how the last update of a
// service ended.
const UpdateField = "update"

// progress says of a service whether its last update did not come to an end, and
// how many of its tasks do not run.
func (c *comparison) progress(s state.ObservedService, tasks []state.Task) {
	if planner.Converged(s, tasks) {
		if u := s.Update; u != nil && u.State == swarm.UpdateStateRollbackCompleted && c.differs(s.Service) {
			c.add(ofService(s.Service, s.Name(), Changed, UpdateField, "completed", update(*u)))
		}
		return
	}
	switch u := s.Update; {
	case u == nil || u.State == swarm.UpdateStateCompleted:
	case u.State == swarm.UpdateStateRollbackCompleted && !c.differs(s.Service):
	case u.State == swarm.UpdateStateUpdating:
		return // somebody is at it
	default:
		c.add(ofService(s.Service, s.Name(), Changed, UpdateField, "completed", update(*u)))
	}
	c.add(ofService(s.Service, s.Name(), Stopped, "tasks", wanted(s), standing(s, tasks)))
}

// differs is true for a service that is not what was applied, or of which that is
// not known. One that was taken back on purpose is.
func (c *comparison) differs(service string) bool {
	return c.applied.Desired == nil || slices.ContainsFunc(c.report.Drifts, func(d Drift) bool { return d.Ref == state.ServiceRef(service) })
}

// update is how an update stands, in words.
func update(u swarm.UpdateStatus) string {
	text := strings.ReplaceAll(string(u.State), "_", " ")
	if u.State == swarm.UpdateStateRollbackCompleted {
		text = "rolled back"
	}
	if u.Message != "" {
		text += ": " + u.Message
	}
	return text
}

// wanted is how many tasks of a service are to run, in words.
func wanted(s state.ObservedService) string {
	switch mode := s.Spec.Mode; {
	case mode.Global != nil:
		return "one running on each node"
	case mode.ReplicatedJob != nil, mode.GlobalJob != nil:
		return "done"
	case mode.Replicated != nil && mode.Replicated.Replicas != nil:
		return fmt.Sprintf("%d running", *mode.Replicated.Replicas)
	}
	return "1 running"
}

// standing says how the tasks do of a service that has not converged.
func standing(s state.ObservedService, tasks []state.Task) string {
	running, last := 0, state.Task{}
	for _, t := range tasks {
		if t.State == swarm.TaskStateRunning && t.Desired == swarm.TaskStateRunning && !t.Lost {
			running++
			continue
		}
		if t.Current && !t.Created.Before(last.Created) {
			last = t
		}
	}
	text := fmt.Sprintf("%d running", running)
	if s.Spec.Mode.ReplicatedJob != nil || s.Spec.Mode.GlobalJob != nil {
		text = "not done"
	}
	if last.ID == "" {
		return text
	}
	does := string(last.State)
	if (last.Desired == swarm.TaskStateShutdown || last.Desired == swarm.TaskStateRemove) && !last.Ended() {
		does = "stopping"
	}
	text += "; " + last.Label() + " " + does
	if last.Lost {
		text += ", its node is down"
	}
	if last.Error != "" {
		text += ": " + last.Error
	}
	return text
}

func (c *comparison) swarmNetworks() {
	for _, n := range c.applied.Desired.Networks {
		if _, there := c.networks[n.Config.Name]; !there && len(c.services) == 0 {
			c.add(Drift{Ref: state.NetworkRef(n.Key), Name: n.Config.Name, Kind: Removed})
		}
	}
}
