package enginetest

import (
	"context"
	"io"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

type archives struct {
	*Faults
	inner engine.Archives
}

func (a archives) StatPath(ctx context.Context, container, path string) (state.PathStat, error) {
	return through(ctx, a.Faults, a.begin("StatPath", container, false), func() (state.PathStat, error) {
		return a.inner.StatPath(ctx, container, path)
	})
}

func (a archives) CopyTo(ctx context.Context, container, directory string, tar io.Reader, options state.ExtractOptions) error {
	return a.write(ctx, "CopyTo", container, func() error { return a.inner.CopyTo(ctx, container, directory, tar, options) })
}

func (a archives) CopyFrom(ctx context.Context, container, path string) (tar io.ReadCloser, found state.PathStat, err error) {
	err = a.read(ctx, "CopyFrom", container, func() (err error) {
		tar, found, err = a.inner.CopyFrom(ctx, container, path)
		return err
	})
	return tar, found, err
}

func (a archives) Export(ctx context.Context, container string) (io.ReadCloser, error) {
	return through(ctx, a.Faults, a.begin("Export", container, false), func() (io.ReadCloser, error) {
		return a.inner.Export(ctx, container)
	})
}

func (a archives) Commit(ctx context.Context, container string, options state.CommitOptions) (string, error) {
	return through(ctx, a.Faults, a.begin("Commit", container, true), func() (string, error) {
		return a.inner.Commit(ctx, container, options)
	})
}
