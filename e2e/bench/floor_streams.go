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
