package explain

import (
	"slices"
	"strings"

	"github.com/docker/docker/api/types/swarm"

	"github.com/stackctl/stack/internal/drift"
	"github.com/stackctl/stack/state"
)

// addServices takes the services of a Swarm, and returns the tasks that count, as
// containers: the last one that was made in each slot or, where there is one on
// each node, on each.
func (p *project) addServices() []state.Container {
	held := map[string]bool{} // by id
	for i, o := range p.Observed.Services {
		if o.OneOff() {
			continue
		}
		s := p.service(o.Service)
		s.held, held[o.ID] = &p.Observed.Services[i], true
		s.oneShot = s.oneShot || o.Spec.Mode.ReplicatedJob != nil || o.Spec.Mode.GlobalJob != nil
	}
	type place struct {
		service, node string
		slot          int
	}
	last := map[place]int{}
	for i, t := range p.Observed.Tasks {
		of := place{service: t.ServiceID, slot: t.Slot}
		if t.Slot == 0 {
			of.node = t.NodeID
		}
		// What is scaled down is no task that is missing.
		surplus := t.Ended() && t.State == swarm.TaskStateShutdown
		if before, there := last[of]; held[t.ServiceID] && !surplus && (!there || !t.Created.Before(p.Observed.Tasks[before].Created)) {
			last[of] = i
		}
	}
	cluster := state.Cluster{Services: p.Observed.Services}
	for i, t := range p.Observed.Tasks {
		if slices.ContainsFunc([]place{{service: t.ServiceID, slot: t.Slot}, {service: t.ServiceID, node: t.NodeID}}, func(of place) bool {
			at, there := last[of]
			return there && at == i
		}) {
			cluster.Tasks = append(cluster.Tasks, t)
		}
	}
	return append(cluster.Containers(p.Project), slices.DeleteFunc(slices.Clone(p.Observed.Containers), func(c state.Container) bool { return !c.OneOff })...)
}

// endOfTask says how a task ended of which the Swarm says what was wrong: not each
// of those could not start.
func endOfTask(c state.Container) string {
	exit, ran := strings.CutPrefix(c.Error, "non-zero exit")
	switch {
	case c.Status == state.StatusDead:
		return "is lost: " + c.Error
	case !ran:
		return "did not start: " + c.Error
	}
	text := "has ended: " + ending(c)
	if _, cause, more := strings.Cut(exit, ": "); more {
		text += ", " + strings.TrimPrefix(cause, "dockerexec: ")
	}
	return text
}

// lastUpdate says of a service whose last update did not come to its end what
// became of it. One that was taken back on purpose is as it was applied.
func (s *service) lastUpdate(drifts []drift.Drift) []string {
	if s.held == nil || s.held.Update == nil {
		return nil
	}
	u := s.held.Update
	drifted := slices.ContainsFunc(drifts, func(d drift.Drift) bool { return d.Ref == state.ServiceRef(s.name) && d.Field == drift.UpdateField })
	if u.State == swarm.UpdateStateRollbackCompleted && !drifted {
		return nil
	}
	text := ""
	switch u.State {
	case swarm.UpdateStatePaused:
		text = "its last update is paused"
	case swarm.UpdateStateRollbackStarted:
		text = "its last update is being rolled back"
	case swarm.UpdateStateRollbackPaused:
		text = "the rollback of its last update is paused"
	case swarm.UpdateStateRollbackCompleted:
		text = "its last update was rolled back"
	case swarm.UpdateStateUpdating, swarm.UpdateStateCompleted:
		return nil
	}
	if u.Message != "" {
		text += ": " + strings.TrimSpace(u.Message)
	}
	return []string{text}
}
