package planner

import (
	"cmp"
	"time"

	"github.com/docker/docker/api/types/swarm"

	"github.com/stackctl/stack/state"
)

// deciding is how long a Swarm may take between two steps of an update, besides
// what the update's own configuration asks for.
const deciding = 20 * time.Second

// Rests is true for a service whose update goes on while no task of it is under
// way: none is about to start or to stop. That is so between two steps, at most
// for as long as the second value; one that rests longer stands still, as the
// Swarm waits for a task whose node has gone (seen on Engine 20.10).
func Rests(s state.ObservedService, tasks []state.Task) (rests bool, most time.Duration) {
	if s.Update == nil {
		return false, 0
	}
	config := s.Spec.UpdateConfig
	switch s.Update.State {
	case swarm.UpdateStateUpdating:
	case swarm.UpdateStateRollbackStarted:
		config = s.Spec.RollbackConfig
	case swarm.UpdateStatePaused, swarm.UpdateStateCompleted, swarm.UpdateStateRollbackPaused, swarm.UpdateStateRollbackCompleted:
		return false, 0
	}
	for _, t := range tasks {
		if t.Alive() && t.State != t.Desired {
			return false, 0
		}
	}
	most = deciding + defaultMonitor
	if config != nil {
		most = deciding + config.Delay + cmp.Or(config.Monitor, defaultMonitor)
	}
	return true, most
}

// standsStill is true for a service whose update rests longer than it may.
func standsStill(s state.ObservedService, tasks []state.Task, now time.Time) bool {
	rests, most := Rests(s, tasks)
	if !rests || s.Update.StartedAt == nil {
		return false
	}
	moved := *s.Update.StartedAt
	for _, t := range tasks {
		if t.Since.After(moved) {
			moved = t.Since
		}
	}
	return now.After(moved.Add(most))
}
