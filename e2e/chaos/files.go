package main

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"path"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/client"
)

// put writes a file into a container, which need not run.
func put(ctx context.Context, docker *client.Client, project string, at place) error {
	var content bytes.Buffer
	w := tar.NewWriter(&content)
	text := []byte("kept")
	if err := w.WriteHeader(&tar.Header{Name: path.Base(at.path), Mode: 0o644, Size: int64(len(text))}); err != nil {
		return err
	}
	if _, err := w.Write(text); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return docker.CopyToContainer(ctx, project+"-"+at.container, path.Dir(at.path), &content, container.CopyToContainerOptions{})
}

// has says what is wrong with a file that has to be there.
func has(ctx context.Context, docker *client.Client, project string, at place) error {
	name, file := project+"-"+at.container, at.path
	if at.container == "volume" {
		reader, err := docker.ContainerCreate(ctx, &container.Config{Image: "stack-e2e/dummy"},
			&container.HostConfig{Binds: []string{project + "_" + at.path + ":/v"}}, nil, nil, "")
		if err != nil {
			return err
		}
		defer docker.ContainerRemove(ctx, reader.ID, container.RemoveOptions{Force: true})
		name, file = reader.ID, "/v/kept"
	}
	if _, err := docker.ContainerStatPath(ctx, name, file); err != nil {
		return fmt.Errorf("%s of %s is lost: %w", at.path, at.container, err)
	}
	return nil
}
