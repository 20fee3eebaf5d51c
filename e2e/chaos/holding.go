package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/volume"
	"github.com/docker/docker/client"
)

// holding is what an engine holds of a project: all that has its label or a
// name that begins with the project's.
type holding struct {
	containers []container.InspectResponse
	networks   []network.Summary
	volumes    []*volume.Volume
}

func hold(ctx context.Context, docker *client.Client, project string) (holding, error) {
	var h holding
	labeled := filters.NewArgs(filters.Arg("label", "com.docker.compose.project="+project))
	named := filters.NewArgs(filters.Arg("name", project))
	ids := map[string]bool{}
	for _, filter := range []filters.Args{labeled, named} {
		list, err := docker.ContainerList(ctx, container.ListOptions{All: true, Filters: filter})
		if err != nil {
			return h, err
		}
		for _, c := range list {
			ids[c.ID] = true
		}
	}
	for _, id := range slices.Sorted(maps.Keys(ids)) {
		c, err := docker.ContainerInspect(ctx, id)
		if errdefs.IsNotFound(err) {
			continue
		}
		if err != nil {
			return h, err
		}
		h.containers = append(h.containers, c)
	}
	var err error
	if h.networks, err = docker.NetworkList(ctx, network.ListOptions{Filters: named}); err != nil {
		return h, err
	}
	volumes, err := docker.VolumeList(ctx, volume.ListOptions{Filters: named})
	h.volumes = volumes.Volumes
	return h, err
}

// moment is how long the engine may take to finish calls of a run that is gone.
const moment = 2 * time.Second

// removeAll ends all that is held of a project, and what the engine may still
// be about to make, or to let go of.
func removeAll(ctx context.Context, docker *client.Client, project string, more bool) error {
	for last := false; ; {
		held, err := hold(ctx, docker, project)
		if err == nil {
			err = held.remove(ctx, docker)
		}
		switch {
		case more || err != nil && !last:
			more, last = false, true
		case err != nil && strings.Contains(err.Error(), miscounted):
			return nil
		default:
			return err
		}
		time.Sleep(moment)
	}
}

// miscounted is what engine 20.10 now and then says of a network that nobody is
// in, until it is restarted. As each trial has addresses that are free, it may stay.
const miscounted = "has active endpoints"

// remove ends all that is held, without stack.
func (h holding) remove(ctx context.Context, docker *client.Client) error {
	for _, c := range h.containers {
		err := docker.ContainerRemove(ctx, c.ID, container.RemoveOptions{Force: true, RemoveVolumes: true})
		if err != nil && !errdefs.IsNotFound(err) && !strings.Contains(err.Error(), "already in progress") {
			return err
		}
	}
	for _, n := range h.networks {
		if err := docker.NetworkRemove(ctx, n.ID); err != nil && !errdefs.IsNotFound(err) {
			return err
		}
	}
	for _, v := range h.volumes {
		if err := docker.VolumeRemove(ctx, v.Name, true); err != nil && !errdefs.IsNotFound(err) {
			return err
		}
	}
	return nil
}

// names are what is held, without the project's name: containers with their
// state if they do not run, and volumes without anonymous ones and those of files.
func (h holding) names(project string) (containers, networks, volumes []string) {
	short := func(name string) string {
		return strings.TrimLeft(strings.TrimPrefix(strings.TrimPrefix(name, "/"), project), "-_")
	}
	for _, c := range h.containers {
		name := short(c.Name)
		if c.State.Status != "running" {
			name += "=" + c.State.Status
		}
		containers = append(containers, name)
	}
	for _, n := range h.networks {
		networks = append(networks, short(n.Name))
	}
	for _, v := range h.volumes {
		if v.Labels["dev.stack.files"] == "" {
			volumes = append(volumes, short(v.Name))
		}
	}
	slices.Sort(containers)
	slices.Sort(networks)
	slices.Sort(volumes)
	return containers, networks, volumes
}

// shortID is how much of a container's id the engine adds to its aliases.
const shortID = 12

// likeness is what is held in words that are the same for two projects that
// were brought to the same state in different ways.
func (h holding) likeness(project string) string {
	var lines []string
	for _, c := range h.containers {
		var parts []string
		for name, n := range c.NetworkSettings.Networks {
			aliases := slices.DeleteFunc(slices.Clone(n.Aliases), func(a string) bool { return len(a) == shortID && strings.HasPrefix(c.ID, a) })
			slices.Sort(aliases)
			parts = append(parts, fmt.Sprintf("on %s as %v", name, slices.Compact(aliases)))
		}
		for _, m := range c.Mounts {
			source := "anonymous"
			if strings.HasPrefix(m.Name, project) {
				source = m.Name
			}
			parts = append(parts, fmt.Sprintf("%s %s at %s", m.Type, source, m.Destination))
		}
		slices.Sort(parts)
		lines = append(lines, fmt.Sprintf("container %s: %s, %s, %s, %s, %s", c.Name, c.State.Status, c.Config.Image,
			strings.Join(c.Config.Cmd, " "), strings.Join(c.Config.Env, " "), strings.Join(parts, ", ")))
	}
	for _, n := range h.networks {
		var pools []string
		for _, pool := range n.IPAM.Config {
			pools = append(pools, pool.Subnet[strings.LastIndex(pool.Subnet, ".")+1:]) // what is before differs
		}
		lines = append(lines, fmt.Sprintf("network %s: %v, %d labels", n.Name, pools, len(n.Labels)))
	}
	for _, v := range h.volumes {
		lines = append(lines, fmt.Sprintf("volume %s: %s, %d labels", v.Name, v.Labels["tier"], len(v.Labels)))
	}
	slices.Sort(lines)
	return strings.ReplaceAll(strings.Join(lines, "\n"), project, "P")
}
