package docker

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/client"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

// StartContainer starts a container that does not run.
func (c containers) StartContainer(ctx context.Context, name string) error {
	api, err := c.reach(ctx)
	if err != nil {
		return err
	}
	if err := api.ContainerStart(ctx, name, container.StartOptions{}); err != nil {
		return c.explainStart(ctx, api, err, name)
	}
	return nil
}

// endless is the grace that the engine means by a negative one.
const endless = 100 * 365 * 24 * time.Hour

// StopContainer stops a container that runs.
func (c containers) StopContainer(ctx context.Context, name string, options state.StopOptions) error {
	api, err := c.reach(ctx)
	if err != nil {
		return err
	}
	var stop container.StopOptions
	var grace time.Duration
	if options.Timeout != nil {
		grace = *options.Timeout
		timeout := int(math.Ceil(grace.Seconds()))
		stop.Timeout = &timeout
	} else if grace, err = c.grace(ctx, api, name); err != nil {
		return c.translate(err, "stop container %s", short(name))
	}
	if grace < 0 {
		grace = endless
	}
	return c.translate(api.ContainerStop(within(ctx, grace+c.bounds.done), name, stop), "stop container %s", short(name))
}

// grace is how long a container has to stop when nobody says otherwise.
func (c containers) grace(ctx context.Context, api *client.Client, name string) (time.Duration, error) {
	found, err := api.ContainerInspect(ctx, name)
	if err != nil || found.Config == nil || found.Config.StopTimeout == nil {
		return 10 * time.Second, err // the engine's own
	}
	return time.Duration(*found.Config.StopTimeout) * time.Second, nil
}

// RemoveContainer removes a container. One that another call is removing is
// waited for.
func (c containers) RemoveContainer(ctx context.Context, name string, options state.RemoveOptions) error {
	api, err := c.reach(ctx)
	if err != nil {
		return err
	}
	err = api.ContainerRemove(ctx, name, container.RemoveOptions{RemoveVolumes: options.Volumes, Force: options.Force})
	switch {
	case absent(err):
		return nil
	case err != nil && strings.Contains(err.Error(), "is already in progress"):
		return c.awaitRemoval(ctx, api, name)
	default:
		return c.translate(err, "remove container %s", short(name))
	}
}

func (c containers) awaitRemoval(ctx context.Context, api *client.Client, name string) error {
	ctx, cancel := context.WithTimeoutCause(ctx, c.bounds.done, &mute{c.bounds.done})
	defer cancel()
	removed, failed := api.ContainerWait(ctx, name, container.WaitConditionRemoved)
	select {
	case <-removed:
		return nil
	case err := <-failed:
		if silent := (*mute)(nil); errors.As(context.Cause(ctx), &silent) {
			err = silent
		}
		if absent(err) {
			return nil
		}
		return c.translate(err, "remove container %s", short(name))
	}
}

// RenameContainer gives a container another name, or the one it has.
func (c containers) RenameContainer(ctx context.Context, from, to string) error {
	api, err := c.reach(ctx)
	if err != nil {
		return err
	}
	err = api.ContainerRename(ctx, from, to)
	if err != nil && strings.Contains(err.Error(), "same name") {
		return nil
	}
	failed := c.translate(err, "rename container %s to %s", short(from), to)
	if absent(err) || errors.Is(failed, engine.ErrConflict) {
		if c.isNamed(ctx, api, from, to) {
			return nil
		}
	}
	return failed
}

// isNamed is true when the container is the one that has the name already: by
// its id, or because the first of two calls that give it has done it.
func (c containers) isNamed(ctx context.Context, api *client.Client, key, name string) bool {
	holder, err := api.ContainerInspect(ctx, name)
	if err != nil {
		return false
	}
	return holder.ID == key || len(key) >= 12 && strings.HasPrefix(holder.ID, key)
}

// explainStart says what to do about a container that did not start.
func (c containers) explainStart(ctx context.Context, api *client.Client, err error, name string) error {
	failed := c.translate(err, "start container %s", short(name))
	text := err.Error()
	switch {
	case strings.Contains(text, "port is already allocated"), strings.Contains(text, "address already in use"):
		return engine.AboutPart(c.explainPort(ctx, api, failed, text), state.PartPort, takenPort(text))
	case strings.Contains(text, "executable file not found"), strings.Contains(text, "no such file or directory") && strings.Contains(text, "exec"):
		return engine.AboutPart(hint(failed, "the command is not in the image: check command and entrypoint"), state.PartCommand, "")
	case strings.Contains(text, "not a directory") && strings.Contains(text, "mount"):
		failed = hint(failed, "a file is mounted on a directory, or a directory on a file: check the volumes' paths")
		return engine.AboutPart(failed, state.PartMount, refusedMount(text))
	case strings.Contains(text, "permission denied") && strings.Contains(text, "exec"):
		return engine.AboutPart(hint(failed, "the command is not executable: check its mode"), state.PartCommand, "")
	case isHalfStarted(text):
		return hint(failed, "the engine ended while it started this container, and what is left of that is in the way: `stack up` creates a new one")
	case strings.HasSuffix(text, "id already in use"):
		// It may run, and write to its volumes: no other is put beside it. An engine
		// that is busy (20.10) can take a late word of the end of a container's last
		// process for that of the one it has started since.
		return hint(failed, "the engine has lost track of this container's process, which may run: "+
			"`ctr --namespace moby task rm --force %s` ends it, with the --address of the engine's containerd", name)
	case refusedMount(text) != "":
		return engine.AboutPart(failed, state.PartMount, refusedMount(text))
	default:
		return failed
	}
}

// explainPort names the port that is taken and, where it is a container, its
// holder.
func (c containers) explainPort(ctx context.Context, api *client.Client, failed error, text string) error {
	port := takenPort(text)
	if port == "" {
		return failed
	}
	if holder := c.publisher(ctx, api, port); holder != "" {
		return hint(failed, "port %s is published by container %s: stop it, or publish another port", port, holder)
	}
	return hint(failed, "port %s is taken by another program: `ss -ltnup 'sport = :%s'` shows which; stop it, or publish another port", port, port)
}

func (c containers) publisher(ctx context.Context, api *client.Client, port string) string {
	list, err := api.ContainerList(ctx, container.ListOptions{})
	if err != nil {
		return "" // the advice is only less exact
	}
	for _, found := range list {
		for _, p := range found.Ports {
			if fmt.Sprint(p.PublicPort) == port && len(found.Names) > 0 {
				return strings.TrimPrefix(found.Names[0], "/")
			}
		}
	}
	return ""
}

// takenPort reads the port out of "Bind for 0.0.0.0:80 failed: port is already
// allocated" or "listen tcp4 0.0.0.0:80: bind: address already in use".
func takenPort(text string) string {
	for _, end := range []string{" failed: port is already allocated", ": bind: address already in use"} {
		before, _, ok := strings.Cut(text, end)
		if !ok {
			continue
		}
		port := before[strings.LastIndex(before, ":")+1:]
		if port != "" && strings.Trim(port, "0123456789") == "" {
			return port
		}
	}
	return ""
}
