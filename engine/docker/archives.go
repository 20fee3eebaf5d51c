package docker

import (
	"context"
	"io"
	"time"

	"github.com/docker/docker/api/types/container"

	"github.com/stackctl/stack/state"
)

const (
	// commitLimit is how long a commit may take: all that the container wrote is
	// copied.
	commitLimit = time.Hour
	// unlimited is for a call that is seen to by who makes it.
	unlimited = 100 * 365 * 24 * time.Hour
)

type archives struct{ *daemon }

// StatPath says what is at a path in a container.
func (a archives) StatPath(ctx context.Context, name, path string) (state.PathStat, error) {
	api, err := a.reach(ctx)
	if err != nil {
		return state.PathStat{}, err
	}
	found, err := api.ContainerStatPath(ctx, name, path)
	return pathStat(found), a.translate(err, "%s in container %s", path, short(name))
}

func pathStat(s container.PathStat) state.PathStat {
	return state.PathStat{Name: s.Name, Size: s.Size, Mode: s.Mode, ModTime: s.Mtime, LinkTarget: s.LinkTarget}
}

// CopyTo extracts a tar in a container. The engine has its usual time for each
// part of the tar; who gives the tar may take longer.
func (a archives) CopyTo(ctx context.Context, name, directory string, tar io.Reader, options state.ExtractOptions) error {
	api, err := a.reach(ctx)
	if err != nil {
		return err
	}
	if options.Own {
		owned, err := own(ctx, api, name, tar)
		if err != nil {
			return a.translate(err, "copy to %s in container %s", directory, short(name))
		}
		defer owned.Close()
		tar = owned
	}
	ctx, cut := context.WithCancelCause(within(ctx, unlimited))
	defer cut(nil)
	fed := &fedReader{from: tar, limit: a.bounds.done}
	fed.timer = time.AfterFunc(fed.limit, func() { cut(&mute{fed.limit}) })
	defer fed.timer.Stop()
	err = api.CopyToContainer(ctx, name, directory, fed, container.CopyToContainerOptions{
		AllowOverwriteDirWithFile: options.Replace,
	})
	switch cause := context.Cause(ctx); {
	case err == nil:
		return nil
	case fed.failed != nil:
		err = fed.failed // the engine only says that the stream broke off
	case cause != nil:
		err = cause
	}
	return a.translate(err, "copy to %s in container %s", directory, short(name))
}

// fedReader is a body of a request. While it waits for its source, the engine
// is not waited for.
type fedReader struct {
	from   io.Reader
	limit  time.Duration
	timer  *time.Timer
	failed error // of the source
}

// Read reads from the source.
func (f *fedReader) Read(part []byte) (int, error) {
	f.timer.Stop()
	defer f.timer.Reset(f.limit)
	n, err := f.from.Read(part)
	if err != nil && err != io.EOF {
		f.failed = err
	}
	return n, err
}

// CopyFrom returns a tar of what is at a path in a container.
func (a archives) CopyFrom(ctx context.Context, name, path string) (io.ReadCloser, state.PathStat, error) {
	api, err := a.reach(ctx)
	if err != nil {
		return nil, state.PathStat{}, err
	}
	tar, found, err := api.CopyFromContainer(ctx, name, path)
	return tar, pathStat(found), a.translate(err, "copy %s from container %s", path, short(name))
}

// Export returns a tar of a container's files.
func (a archives) Export(ctx context.Context, name string) (io.ReadCloser, error) {
	api, err := a.reach(ctx)
	if err != nil {
		return nil, err
	}
	tar, err := api.ContainerExport(ctx, name)
	return tar, a.translate(err, "export container %s", short(name))
}

// Commit makes an image from a container.
func (a archives) Commit(ctx context.Context, name string, options state.CommitOptions) (string, error) {
	api, err := a.reach(ctx)
	if err != nil {
		return "", err
	}
	made, err := api.ContainerCommit(within(ctx, commitLimit), name, container.CommitOptions{
		Reference: options.Reference, Author: options.Author, Comment: options.Message, Changes: options.Changes, Pause: options.Pause,
	})
	return made.ID, a.translate(err, "commit container %s", short(name))
}
