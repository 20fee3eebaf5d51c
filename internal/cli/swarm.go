package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/engine/docker"
	"github.com/stackctl/stack/internal/nodes"
	"github.com/stackctl/stack/state"
)

// noSwarm says why a command is none for a Swarm, and what to do in its place.
var noSwarm = map[string]string{
	"create":  "a Swarm starts what it holds: 'stack up -d' creates and starts, 'stack plan' shows what that would do",
	"start":   "a Swarm's services always run: 'stack up -d' brings them to what the file says, 'stack scale SERVICE=N' to a number",
	"stop":    "a Swarm starts again what was stopped: 'stack scale SERVICE=0' ends a service's tasks, 'stack down' removes the services",
	"kill":    "a Swarm starts again what was killed: 'stack restart' replaces a service's tasks, 'stack scale SERVICE=0' ends them",
	"pause":   "a Swarm cannot freeze tasks: 'stack scale SERVICE=0' ends them",
	"unpause": "a Swarm cannot freeze tasks",
	"rm":      "a Swarm keeps the last tasks of a service that have ended, and removes older ones itself: 'stack down SERVICE' removes a service",
	"wait":    "'stack up -d' waits for what a Swarm runs, for jobs until they are done; 'stack ps -a' shows how tasks have ended",
	"stats":   "only a node's own engine measures its containers: 'docker stats' there",
	"watch":   "files cannot be brought into tasks that the Swarm may put anywhere: 'stack up -d --build' builds, pushes and updates",
}

// checkSwarm refuses a command that is none for a Swarm, where one is to hold the
// project: as soon as that is known, by the environment or by the file, for
// nothing else that could be said of the command helps then.
func (a *app) checkSwarm(t target) error {
	why, refused := noSwarm[a.verb]
	if !refused || !a.forSwarm(t) {
		return nil
	}
	return fmt.Errorf("'stack %s' is not for a Swarm: %s", a.verb, why)
}

// onSwarm prepares a session for a Swarm: its tasks are shown as containers, and
// reached where they run.
func (s *session) onSwarm(t target) {
	s.engine = nodes.Beside(s.engine, func(node string) (engine.Engine, error) { return s.nodeEngine(t, node) })
}

// nodeEngine connects the engine of a node, whose address or docker context is in
// STACK_NODES: "node2=ssh://node2,node3=context3".
func (s *session) nodeEngine(t target, node string) (engine.Engine, error) {
	list, _ := s.app.env(t)("STACK_NODES")
	for entry := range strings.SplitSeq(list, ",") {
		name, address, _ := strings.Cut(strings.TrimSpace(entry), "=")
		if name != node || address == "" {
			continue
		}
		process := s.app.process.without("DOCKER_HOST").with("DOCKER_CONTEXT", address)
		if strings.Contains(address, "://") {
			process = s.app.process.without("DOCKER_CONTEXT").with("DOCKER_HOST", address)
		}
		c, err := docker.Connect(docker.Options{Getenv: process.getenv, TLS: s.app.global.tlsFiles, UserAgent: "stack/" + process.Version, Say: s.say})
		if err != nil {
			return engine.Engine{}, err
		}
		closeRest := s.close
		s.close = func() { _ = c.Close(); closeRest() }
		return c.Engine(), nil
	}
	return engine.Engine{}, nodes.ErrUnknown
}

// pending is the status of a Swarm's task that is to run and does not yet.
const pending state.Status = "pending"

// allProjects are the containers of every project, or the tasks of a Swarm's: as
// many as run, and as many as are to.
func (s *session) allProjects(ctx context.Context) ([]state.Container, error) {
	if s.engine.Cluster == nil {
		return s.engine.AllProjects(ctx)
	}
	services, err := s.engine.AllServices(ctx)
	if err != nil {
		return nil, err
	}
	var tasks []state.Container
	for _, service := range services {
		task := state.Container{Project: service.Spec.Labels[state.LabelNamespace], Service: service.Service, Status: state.StatusRunning}
		for range service.Running {
			tasks = append(tasks, task)
		}
		task.Status = pending
		for range service.Wanted - service.Running {
			tasks = append(tasks, task)
		}
		if service.Running+service.Wanted == 0 {
			task.Status = state.StatusExited // of one that is scaled to nothing
			tasks = append(tasks, task)
		}
	}
	return slices.DeleteFunc(tasks, func(c state.Container) bool { return c.Project == "" }), nil
}
