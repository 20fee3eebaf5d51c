package docker

import (
	"context"
	"strings"

	"github.com/docker/docker/client"
)

type signals struct{ *daemon }

// KillContainer sends a signal to a container that runs.
func (s signals) KillContainer(ctx context.Context, name, signal string) error {
	return s.send(ctx, "kill", name, "is not running", func(api *client.Client) error { return api.ContainerKill(ctx, name, signal) })
}

// PauseContainer freezes a container.
func (s signals) PauseContainer(ctx context.Context, name string) error {
	return s.send(ctx, "pause", name, "is already paused", func(api *client.Client) error { return api.ContainerPause(ctx, name) })
}

// UnpauseContainer lets a container that is paused go on.
func (s signals) UnpauseContainer(ctx context.Context, name string) error {
	return s.send(ctx, "unpause", name, "is not paused", func(api *client.Client) error { return api.ContainerUnpause(ctx, name) })
}

// send makes a call. Where the engine refuses it in the words of one that has
// been made already, it is done.
func (s signals) send(ctx context.Context, verb, name, done string, call func(*client.Client) error) error {
	api, err := s.reach(ctx)
	if err != nil {
		return err
	}
	err = call(api)
	if err != nil && strings.Contains(err.Error(), done) {
		return nil
	}
	return s.translate(err, "%s container %s", verb, short(name))
}
