package main

import (
	"context"
	"io"

	"github.com/docker/docker/api/types/container"
)

// logs reads all logs at once, as they come.
func (f floor) logs(ctx context.Context, p project) error {
	return each(p.services, func(s service) error {
		stream, err := f.docker.ContainerLogs(ctx, p.container(s), container.LogsOptions{ShowStdout: true, ShowStderr: true})
		if err != nil {
			return err
		}
		defer stream.Close()
		_, err = io.Copy(io.Discard, stream)
		return err
	})
}

// exec runs a command in a container that is there.
func (f floor) exec(ctx context.Context, p project) error {
	command, err := f.docker.ContainerExecCreate(ctx, p.container(p.services[0]),
		container.ExecOptions{Cmd: []string{"/dummy", "env", "A"}, AttachStdout: true, AttachStderr: true})
	if err != nil {
		return err
	}
	stream, err := f.docker.ContainerExecAttach(ctx, command.ID, container.ExecAttachOptions{})
	if err != nil {
		return err
	}
	defer stream.Close()
	if _, err = io.Copy(io.Discard, stream.Reader); err != nil {
		return err
	}
	_, err = f.docker.ContainerExecInspect(ctx, command.ID)
	return err
}

// run runs a command in a container of its own.
func (f floor) run(ctx context.Context, p project) error {
	config := &container.Config{Image: image, Cmd: []string{"env", "A"}, AttachStdout: true, AttachStderr: true}
	host := &container.HostConfig{NetworkMode: container.NetworkMode(p.name)}
	created, err := f.docker.ContainerCreate(ctx, config, host, nil, nil, "")
	if err != nil {
		return err
	}
	stream, err := f.docker.ContainerAttach(ctx, created.ID, container.AttachOptions{Stream: true, Stdout: true, Stderr: true})
	if err != nil {
		return err
	}
	defer stream.Close()
	if err := f.docker.ContainerStart(ctx, created.ID, container.StartOptions{}); err != nil {
		return err
	}
	if _, err = io.Copy(io.Discard, stream.Reader); err != nil {
		return err
	}
	return f.docker.ContainerRemove(ctx, created.ID, container.RemoveOptions{Force: true, RemoveVolumes: true})
}
