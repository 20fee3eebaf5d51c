package memory

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"time"

	"github.com/stackctl/stack/state"
)

type archives struct{ *Memory }

// StatPath says what is at a path in a container.
func (m archives) StatPath(ctx context.Context, name, at string) (found state.PathStat, err error) {
	err = m.view(ctx, func(w *world) error {
		c, err := w.container(name)
		if err != nil {
			return err
		}
		found, err = c.stat(at)
		return err
	})
	if err != nil {
		return state.PathStat{}, fmt.Errorf("%s in container %s: %w", at, name, err)
	}
	return found, nil
}

// CopyTo extracts a tar in a container.
func (m archives) CopyTo(ctx context.Context, name, directory string, from io.Reader, options state.ExtractOptions) error {
	entries, err := readTar(from)
	if err == nil {
		err = m.update(ctx, func(w *world, _ time.Time) error {
			c, err := w.container(name)
			if err != nil {
				return err
			}
			return c.extract(directory, entries, options)
		})
	}
	if err != nil {
		return fmt.Errorf("copy to %s in container %s: %w", directory, name, err)
	}
	return nil
}

// entry is a file of a tar.
type entry struct {
	*tar.Header
	data []byte
}

func readTar(from io.Reader) ([]entry, error) {
	var entries []entry
	for reader := tar.NewReader(from); ; {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			_, err = io.Copy(io.Discard, from) // the padding
			return entries, err
		}
		if err != nil {
			return nil, err
		}
		data, err := io.ReadAll(reader)
		if err != nil {
			return nil, err
		}
		entries = append(entries, entry{header, data})
	}
}

// CopyFrom returns a tar of what is at a path.
func (m archives) CopyFrom(ctx context.Context, name, at string) (io.ReadCloser, state.PathStat, error) {
	var archive bytes.Buffer
	var found state.PathStat
	err := m.view(ctx, func(w *world) error {
		c, err := w.container(name)
		if err != nil {
			return err
		}
		if found, err = c.stat(at); err != nil {
			return err
		}
		root, err := c.resolve(at, namesInside(at))
		if err != nil {
			return err
		}
		base := path.Base(root)
		if strings.HasSuffix(at, "/.") {
			base = "."
		}
		return c.pack(&archive, root, base)
	})
	if err != nil {
		return nil, state.PathStat{}, fmt.Errorf("copy %s from container %s: %w", at, name, err)
	}
	return io.NopCloser(&archive), found, nil
}

// Export returns a tar of all files of a container.
func (m archives) Export(ctx context.Context, name string) (io.ReadCloser, error) {
	var archive bytes.Buffer
	err := m.view(ctx, func(w *world) error {
		c, err := w.container(name)
		if err != nil {
			return err
		}
		return c.pack(&archive, "/", "")
	})
	if err != nil {
		return nil, fmt.Errorf("export container %s: %w", name, err)
	}
	return io.NopCloser(&archive), nil
}

// Commit makes an image, which has no files: containers are what has them.
func (m archives) Commit(ctx context.Context, name string, options state.CommitOptions) (id string, err error) {
	err = m.update(ctx, func(w *world, at time.Time) error {
		c, err := w.container(name)
		if err != nil {
			return err
		}
		i := &image{Image: state.Image{ID: "sha256:" + w.id("image"), Created: at, Size: imageSize}}
		if from, err := w.image(c.ImageID); err == nil {
			i.Platform, i.Size, i.Volumes, i.HasHealth = from.Platform, from.Size, from.Volumes, from.HasHealth
		}
		id = i.ID
		if options.Reference == "" {
			w.Images[id] = i
			return nil
		}
		i.LastTag = at
		w.name(canonical(options.Reference), i)
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("commit container %s: %w", name, err)
	}
	return id, nil
}
