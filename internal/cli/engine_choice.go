package cli

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/stackctl/stack/engine/docker"
	"github.com/stackctl/stack/engine/memory"
	"github.com/stackctl/stack/state"
)

// The engines that a project can be run on.
const (
	engineDocker = "docker"
	engineSwarm  = "swarm"
	engineMemory = "memory"
)

// engineName is the engine that a command on a project is for: what the flag
// says, or the environment, or the project's file.
func (a *app) engineName(t target) string {
	return cmp.Or(a.global.engine, a.process.getenv("STACK_ENGINE"), t.engine, engineDocker)
}

// forSwarm is true for a command on a project that a Swarm is to hold: what is
// wanted of it is not what is wanted of containers.
func (a *app) forSwarm(t target) bool {
	switch a.engineName(t) {
	case engineSwarm:
		return true
	case engineMemory:
		return len(memory.OptionsFrom(a.process.getenv).Nodes) > 0
	}
	return false
}

// apiSocket is how containers reach the engine of a project.
func (a *app) apiSocket(t target) func() (state.APISocket, error) {
	return func() (state.APISocket, error) {
		if name := a.engineName(t); name == engineMemory {
			return state.APISocket{}, fmt.Errorf("use_api_socket: the engine %s has no socket", name)
		}
		c, err := docker.Connect(docker.Options{Getenv: a.process.getenv, TLS: a.global.tlsFiles})
		if err != nil {
			return state.APISocket{}, err
		}
		socket, err := c.APISocket()
		return socket, errors.Join(err, c.Close())
	}
}
