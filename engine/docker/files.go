package docker

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/docker/docker/api/types/container"

	"github.com/stackctl/stack/state"
)

// WriteFiles writes the files, and the directories above them that are
// missing.
func (c containers) WriteFiles(ctx context.Context, name string, files []state.File) error {
	if len(files) == 0 {
		return nil
	}
	api, err := c.reach(ctx)
	if err != nil {
		return err
	}
	archive, err := archiveFiles(files)
	if err != nil {
		return fmt.Errorf("write files into container %s: %w", short(name), err)
	}
	err = api.CopyToContainer(ctx, name, "/", archive, container.CopyToContainerOptions{})
	return c.translate(err, "write %s into container %s", fileNames(files), short(name))
}

func fileNames(files []state.File) string {
	var names []string
	for _, f := range files {
		names = append(names, f.Name)
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), ", ")
}

// archiveFiles makes a tar of the files alone: the engine creates the
// directories above them that are missing and leaves those that exist as they are. The
// time of all files is fixed, so that the same content gives the same bytes.
func archiveFiles(files []state.File) (*bytes.Buffer, error) {
	var buffer bytes.Buffer
	archive := tar.NewWriter(&buffer)
	sorted := slices.Clone(files)
	slices.SortStableFunc(sorted, func(a, b state.File) int { return strings.Compare(a.Target, b.Target) })
	for _, f := range sorted {
		header := &tar.Header{
			Typeflag: tar.TypeReg,
			Name:     strings.TrimPrefix(path.Clean("/"+f.Target), "/"),
			Size:     int64(len(f.Content)),
			Mode:     int64(f.Mode),
			Uid:      f.UID,
			Gid:      f.GID,
			ModTime:  time.Unix(0, 0).UTC(),
			Format:   tar.FormatPAX,
		}
		if f.Dir {
			header.Typeflag = tar.TypeDir
		}
		if err := archive.WriteHeader(header); err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
		if _, err := archive.Write(f.Content); err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	return &buffer, archive.Close()
}
