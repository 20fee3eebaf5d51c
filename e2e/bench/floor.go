package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/volume"
	"github.com/docker/docker/client"
)

// projectLabel is the label by which everybody finds a project.
const projectLabel = "com.docker.compose.project"

// floor makes the engine calls that the job needs, as early as it can, and
// does nothing else.
type floor struct {
	docker *client.Client
	turns  chan struct{} // one for each call that may run at once
}

func newFloor(docker *client.Client, parallel int) floor {
	return floor{docker: docker, turns: make(chan struct{}, parallel)}
}

func (floor) title() string { return "floor" }

// inTurn makes a call that works the engine hard.
func (f floor) inTurn(call func() error) error {
	f.turns <- struct{}{}
	defer func() { <-f.turns }()
	return call()
}

func (f floor) do(ctx context.Context, what step, p project) (sample, error) {
	jobs := map[step]func(context.Context, project) error{
		up: f.up, again: f.look, ps: f.list, logs: f.logs, execute: f.exec, oneOff: f.run, down: f.down,
	}
	job := jobs[what]
	if job == nil {
		return sample{}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	begin := time.Now()
	err := job(ctx, p)
	return sample{elapsed: time.Since(begin)}, err
}

// up starts each service as soon as the one before it is ready.
func (f floor) up(ctx context.Context, p project) error {
	labels := map[string]string{projectLabel: p.name}
	if _, err := f.docker.NetworkCreate(ctx, p.name, network.CreateOptions{Labels: labels}); err != nil {
		return err
	}
	ready := make(map[string]chan struct{}, len(p.services))
	for _, s := range p.services {
		ready[s.name] = make(chan struct{})
	}
	return each(p.services, func(s service) error {
		id, err := f.create(ctx, p, s)
		if err != nil {
			return err
		}
		if s.after != "" {
			select {
			case <-ready[s.after]:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		err = f.inTurn(func() error { return f.docker.ContainerStart(ctx, id, container.StartOptions{}) })
		if err != nil {
			return err
		}
		if s.interval > 0 {
			if err := f.awaitReady(ctx, id); err != nil {
				return err
			}
		}
		close(ready[s.name])
		return nil
	})
}

func (f floor) create(ctx context.Context, p project, s service) (id string, err error) {
	config := &container.Config{
		Image:  image,
		Labels: map[string]string{projectLabel: p.name, "com.docker.compose.service": s.name},
		Env:    []string{"READY_AFTER=" + s.readyAfter.String()},
	}
	if s.lines > 0 {
		config.Cmd = []string{"lines", strconv.Itoa(s.lines)}
	}
	if s.interval > 0 {
		config.Healthcheck = &container.HealthConfig{Test: []string{"CMD", "/dummy", "health"}, Interval: s.interval, Retries: 30}
	}
	host := &container.HostConfig{NetworkMode: container.NetworkMode(p.name)}
	attached := &network.NetworkingConfig{EndpointsConfig: map[string]*network.EndpointSettings{p.name: {Aliases: []string{s.name}}}}
	err = f.inTurn(func() error {
		created, err := f.docker.ContainerCreate(ctx, config, host, attached, nil, p.container(s))
		id = created.ID
		return err
	})
	return id, err
}

// awaitReady runs the healthcheck's command until it succeeds.
func (f floor) awaitReady(ctx context.Context, id string) error {
	retry := time.NewTicker(20 * time.Millisecond)
	defer retry.Stop()
	for ; ; <-retry.C {
		probe, err := f.docker.ContainerExecCreate(ctx, id, container.ExecOptions{Cmd: []string{"/dummy", "health"}, AttachStdout: true})
		if err != nil {
			return err
		}
		stream, err := f.docker.ContainerExecAttach(ctx, probe.ID, container.ExecAttachOptions{})
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, stream.Reader)
		stream.Close()
		if err != nil {
			return err
		}
		result, err := f.docker.ContainerExecInspect(ctx, probe.ID)
		if err != nil || result.ExitCode == 0 {
			return err
		}
	}
}

// look is what an unchanged project needs: a look at all it has.
func (f floor) look(ctx context.Context, p project) error {
	labeled := filters.NewArgs(filters.Arg("label", projectLabel+"="+p.name))
	looks := []func() error{
		func() error { return f.list(ctx, p) },
		func() error {
			_, err := f.docker.NetworkList(ctx, network.ListOptions{Filters: labeled})
			return err
		},
		func() error {
			_, err := f.docker.VolumeList(ctx, volume.ListOptions{Filters: labeled})
			return err
		},
	}
	return each(looks, func(look func() error) error { return look() })
}

func (f floor) list(ctx context.Context, p project) error {
	_, err := f.containers(ctx, p)
	return err
}

func (f floor) containers(ctx context.Context, p project) ([]container.Summary, error) {
	return f.docker.ContainerList(ctx, container.ListOptions{
		All: true, Filters: filters.NewArgs(filters.Arg("label", projectLabel+"="+p.name)),
	})
}

// down removes each service as soon as those that wait for it are gone.
func (f floor) down(ctx context.Context, p project) error {
	found, err := f.containers(ctx, p)
	if err != nil {
		return err
	}
	if len(found) != len(p.services) {
		return fmt.Errorf("%d containers of %d services", len(found), len(p.services))
	}
	ids := map[string]string{}
	for _, c := range found {
		ids[c.Labels["com.docker.compose.service"]] = c.ID
	}
	gone, dependents := map[string]chan struct{}{}, map[string]string{}
	for _, s := range p.services {
		gone[s.name] = make(chan struct{})
		dependents[s.after] = s.name
	}
	err = each(p.services, func(s service) error {
		defer close(gone[s.name])
		if dependent := dependents[s.name]; dependent != "" {
			<-gone[dependent]
		}
		return f.inTurn(func() error {
			if err := f.docker.ContainerStop(ctx, ids[s.name], container.StopOptions{}); err != nil {
				return err
			}
			return f.docker.ContainerRemove(ctx, ids[s.name], container.RemoveOptions{RemoveVolumes: true})
		})
	})
	if err != nil {
		return err
	}
	return f.docker.NetworkRemove(ctx, p.name)
}

// sweep removes all of a project that could not be measured to its end.
func sweep(docker *client.Client, name string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	f := floor{docker: docker}
	found, err := f.containers(ctx, project{name: name})
	if err != nil {
		return err
	}
	err = each(found, func(c container.Summary) error {
		return docker.ContainerRemove(ctx, c.ID, container.RemoveOptions{Force: true, RemoveVolumes: true})
	})
	networks, listed := docker.NetworkList(ctx, network.ListOptions{Filters: filters.NewArgs(filters.Arg("label", projectLabel+"="+name))})
	for _, n := range networks {
		err = errors.Join(err, docker.NetworkRemove(ctx, n.ID))
	}
	return errors.Join(err, listed)
}

// each does the job for all items at once, and returns what failed.
func each[T any](items []T, job func(T) error) error {
	errs := make([]error, len(items))
	var running sync.WaitGroup
	for i, item := range items {
		running.Go(func() { errs[i] = job(item) })
	}
	running.Wait()
	return errors.Join(errs...)
}
