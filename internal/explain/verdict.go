package explain

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/stackctl/stack/state"
)

// verdict sums up how a service is, and gives the steps to the root.
func (p *project) verdict(s *service) (State, []string) {
	if s.provided {
		return Provided, []string{s.name + " is provided by a program"}
	}
	if failed, why := failedHook(s); failed {
		return Failed, []string{why}
	}
	worst, why := p.absence(s)
	for _, c := range s.current() {
		if st, text := s.judge(c); rank(st) < rank(worst) {
			worst, why = st, text
			if !c.Running() && (st == Stopped || st == Starting) {
				why = s.others() + text
			}
		}
	}
	c := p.blocked(s, nil)
	switch {
	case !s.neverStarted() || worst == Failed || len(c.steps) == 0:
	case !c.idle:
		return Waiting, c.steps
	case worst == Stopped:
		return worst, c.steps
	}
	return worst, []string{why}
}

// current are the replicas that count: an update keeps the container that it
// replaces, stopped, beside the one that runs in its place.
func (s *service) current() []state.Container {
	if s.held != nil {
		return s.replicas // the last task in each place
	}
	var current []state.Container
	for _, c := range s.replicas {
		replaced := slices.ContainsFunc(s.replicas, func(o state.Container) bool { return o.Number == c.Number && o.Running() })
		if c.Live() || !replaced {
			current = append(current, c)
		}
	}
	return current
}

// others says how many run, where some do: that one does not is not all of the
// matter then.
func (s *service) others() string {
	running := 0
	for _, c := range s.current() {
		if c.Running() {
			running++
		}
	}
	if running == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d run: ", running, len(s.current()))
}

// neverStarted is true for a service that has a container which was not
// started, or should have one, and none that has ended.
func (s *service) neverStarted() bool {
	missing := s.wanted != nil && len(s.current()) < s.wanted.Replicas
	for _, c := range s.current() {
		if ended(c) {
			return false
		}
		missing = missing || c.Status == state.StatusCreated
	}
	return missing
}

// absence is what to say of a service as far as containers of it are missing.
func (p *project) absence(s *service) (State, string) {
	switch {
	case s.wantsNone() && len(s.replicas) == 0:
		return Absent, s.name + " has no container, and 0 replicas are wanted"
	case len(s.replicas) == 0:
		return Absent, s.name + " has no container"
	case s.wanted != nil && len(s.current()) < s.wanted.Replicas:
		return Stopped, fmt.Sprintf("%s has %d of %d replicas", s.name, len(s.current()), s.wanted.Replicas)
	}
	return "", ""
}

// wantsNone is true for a service that is to have no container: as the file says
// or, where none does, the Swarm.
func (s *service) wantsNone() bool {
	if s.wanted != nil || s.held == nil {
		return s.wanted != nil && s.wanted.Replicas == 0
	}
	mode := s.held.Spec.Mode.Replicated
	return mode != nil && mode.Replicas != nil && *mode.Replicas == 0
}

// rank orders states, worst first. The zero value comes last.
func rank(st State) int {
	order := []State{Failed, Restarting, Waiting, Stopped, Absent, Starting, Paused, Completed, Running, Provided, ""}
	return slices.Index(order, st)
}

func failedHook(s *service) (failed bool, why string) {
	for _, c := range s.hooks {
		if c.Status == state.StatusExited && c.ExitCode != 0 || c.Error != "" {
			return true, fmt.Sprintf("%s has a %s hook that failed: %s", s.name, c.Labels[state.LabelHook], ending(c))
		}
	}
	return false, ""
}

// judge says how one container is, and why, in a clause.
func (s *service) judge(c state.Container) (State, string) {
	name := s.call(c)
	switch c.Status {
	case state.StatusRestarting:
		return Restarting, fmt.Sprintf("%s restarts in a loop: %s, %s", name, ending(c), times(c.RestartCount))
	case state.StatusExited, state.StatusDead:
		return s.judgeEnded(c, name)
	case state.StatusPaused:
		return Paused, name + " is paused"
	case state.StatusRemoving:
		return Stopped, name + " is being removed"
	case state.StatusCreated:
		if c.Error != "" {
			return Failed, name + " did not start: " + c.Error
		}
		if c.Task != "" {
			return Starting, notStarted(c, name)
		}
		return Stopped, notStarted(c, name)
	case state.StatusRunning:
	}
	return judgeHealth(c, name)
}

// notStarted is what to say of a container that was not started. A Swarm starts a
// task by itself.
func notStarted(c state.Container, name string) string {
	if c.Task != "" {
		return name + " is not started yet"
	}
	return name + " was not started"
}

func (s *service) judgeEnded(c state.Container, name string) (State, string) {
	switch {
	case c.Error != "" && c.Task != "":
		return Failed, name + " " + endOfTask(c)
	case c.Error != "":
		return Failed, name + " did not start: " + c.Error
	case c.ExitCode == 0 && s.oneShot:
		return Completed, name + " has completed"
	case c.ExitCode == 0, signalOf(c) != "" && !c.OOMKilled:
		return Stopped, name + " has ended: " + ending(c)
	}
	return Failed, name + " has ended: " + ending(c)
}

func judgeHealth(c state.Container, name string) (State, string) {
	switch c.Health {
	case state.HealthUnhealthy:
		why := name + " is unhealthy"
		if probe := lastProbe(c); probe != "" {
			why += ": " + probe
		}
		return Failed, why
	case state.HealthStarting:
		why := name + " runs, and its health is not known yet"
		if probe := lastProbe(c); probe != "" {
			why += ": " + probe
		}
		return Starting, why
	case state.HealthHealthy:
		return Running, name + " runs and is healthy"
	case state.HealthNone:
	}
	return Running, name + " runs"
}

// call is what a container is called: the service, where it has one alone.
func (s *service) call(c state.Container) string {
	if len(s.current()) == 1 {
		return s.name
	}
	if c.Number == 0 && c.Node != "" {
		return s.name + "@" + c.Node
	}
	return state.ContainerRef(c.Service, c.Number).String()
}

// ending is how a process ended.
func ending(c state.Container) string {
	text := "exit code " + strconv.Itoa(c.ExitCode)
	switch signal := signalOf(c); {
	case c.OOMKilled:
		text += ", out of memory"
	case signal != "":
		text += " (" + signal + ")"
	}
	return text
}

// signalOf is the signal that a container is stopped with, if one ended it.
func signalOf(c state.Container) string {
	switch c.ExitCode {
	case 128 + 2:
		return "SIGINT"
	case 128 + 9:
		return "SIGKILL"
	case 128 + 15:
		return "SIGTERM"
	}
	return ""
}

func times(restarts int) string {
	if restarts == 1 {
		return "restarted once"
	}
	return fmt.Sprintf("restarted %d times", restarts)
}
