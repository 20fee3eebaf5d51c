// Package cp copies files between this machine and a container, by the rules
// of docker cp:
//
//   - a directory is copied into a directory that is there, and becomes one that
//     is not; what is in it is copied where the source ends in /.
//   - a file is copied into a directory, or over a file, or becomes a new one in a
//     directory that is there
//   - a symbolic link is copied as a link, unless it is to be followed
package cp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/moby/go-archive"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

// Options say how files are copied.
type Options struct {
	// Follow copies what a link leads to, in place of the link.
	Follow bool
	// Own keeps owners on the way out, as far as the user may, and on the way in
	// gives the files to the container's user.
	Own bool
}

// Container is where files are copied to or from.
type Container struct {
	engine.Archives
	ID string
}

// In copies source, an absolute path of this machine, to a path in the container.
func (c Container) In(ctx context.Context, source, target string, options Options) error {
	from, err := archive.CopyInfoSourcePath(source, options.Follow)
	if err != nil {
		return fmt.Errorf("copy %s: %w", source, err)
	}
	to, err := c.destination(ctx, target)
	if err != nil {
		return err
	}
	packed, err := archive.TarResource(from)
	if err != nil {
		return fmt.Errorf("copy %s: %w", source, err)
	}
	defer drain(packed)
	directory, prepared, err := archive.PrepareArchiveCopy(packed, from, to)
	if err != nil {
		return fmt.Errorf("copy %s to %s: %w", source, target, err)
	}
	defer drain(prepared)
	return c.CopyTo(ctx, c.ID, filepath.ToSlash(directory), prepared, state.ExtractOptions{Own: options.Own})
}

// drain ends a tar that is in the making: what makes it stops when nobody
// reads any more.
func drain(tar io.Closer) { _ = tar.Close() }

// Extract extracts a tar in a directory of the container.
func (c Container) Extract(ctx context.Context, tar io.Reader, target string, options Options) error {
	to, err := c.destination(ctx, target)
	if err != nil {
		return err
	}
	if !to.IsDir {
		return fmt.Errorf("destination %q must be a directory", target)
	}
	return c.CopyTo(ctx, c.ID, to.Path, tar, state.ExtractOptions{Own: options.Own})
}

// destination says what is at a path in the container. What cannot be found
// out, the engine says when it extracts.
func (c Container) destination(ctx context.Context, target string) (archive.CopyInfo, error) {
	to := archive.CopyInfo{Path: target}
	found, err := c.StatPath(ctx, c.ID, target)
	if err == nil && found.Mode&fs.ModeSymlink != 0 {
		to.Path = linked(target, found.LinkTarget)
		found, err = c.StatPath(ctx, c.ID, to.Path)
	}
	if errors.Is(err, engine.ErrUnavailable) {
		return to, err
	}
	if err != nil {
		return to, ctx.Err()
	}
	if !found.Mode.IsDir() && !found.Mode.IsRegular() {
		return to, fmt.Errorf("destination %q must be a directory or a regular file: it is a %s", target, describe(found.Mode))
	}
	to.Exists, to.IsDir = true, found.Mode.IsDir()
	return to, nil
}

// linked is where a link leads to.
func linked(link, target string) string {
	if path.IsAbs(target) {
		return target
	}
	return path.Join(path.Dir(path.Clean(link)), target)
}

// Out copies source, a path in the container, to an absolute path of this machine.
func (c Container) Out(ctx context.Context, source, target string, options Options) error {
	if err := checkTarget(target); err != nil {
		return err
	}
	tar, from, err := c.open(ctx, source, options)
	if err != nil {
		return err
	}
	defer drain(tar)
	to, err := archive.CopyInfoDestinationPath(target)
	if err != nil {
		return fmt.Errorf("copy to %s: %w", target, err)
	}
	directory, prepared, err := archive.PrepareArchiveCopy(tar, from, to)
	if err != nil {
		return fmt.Errorf("copy %s to %s: %w", source, target, err)
	}
	defer drain(prepared)
	err = archive.Untar(prepared, directory, &archive.TarOptions{
		NoLchown:             !options.Own || os.Geteuid() != 0, // who is not root cannot give files away
		NoOverwriteDirNonDir: true,
	})
	if err != nil {
		return fmt.Errorf("copy %s to %s: %w", source, target, err)
	}
	return nil
}

// Write writes a tar of a path in the container.
func (c Container) Write(ctx context.Context, source string, w io.Writer, options Options) error {
	tar, _, err := c.open(ctx, source, options)
	if err != nil {
		return err
	}
	defer drain(tar)
	if _, err := io.Copy(w, tar); err != nil {
		return fmt.Errorf("copy %s: %w", source, err)
	}
	return nil
}

// open begins to read a path in the container.
func (c Container) open(ctx context.Context, source string, options Options) (io.ReadCloser, archive.CopyInfo, error) {
	from := archive.CopyInfo{Path: source, Exists: true}
	if options.Follow {
		if found, err := c.StatPath(ctx, c.ID, source); err == nil && found.Mode&fs.ModeSymlink != 0 {
			from.Path, from.RebaseName = archive.GetRebaseName(source, linked(source, found.LinkTarget))
		}
	}
	tar, found, err := c.CopyFrom(ctx, c.ID, filepath.ToSlash(from.Path))
	if err != nil {
		return nil, from, err
	}
	from.IsDir = found.Mode.IsDir()
	if from.RebaseName == "" {
		return tar, from, nil
	}
	_, base := archive.SplitPathDirEntry(from.Path)
	return &rebased{archive.RebaseArchiveEntries(tar, base, from.RebaseName), tar}, from, nil
}

// rebased is a tar under another name.
type rebased struct {
	io.ReadCloser
	from io.Closer
}

// Close ends both.
func (r *rebased) Close() error {
	_ = r.ReadCloser.Close() // it was read from
	return r.from.Close()
}

// checkTarget refuses to put a file in the place of a device.
func checkTarget(target string) error {
	if parent := filepath.Dir(filepath.Clean(target)); !isDir(parent) {
		return fmt.Errorf("invalid output path: directory %q does not exist", parent)
	}
	if found, err := os.Stat(target); err == nil && !found.IsDir() && !found.Mode().IsRegular() {
		return fmt.Errorf("destination %q must be a directory or a regular file: it is a %s", target, describe(found.Mode()))
	}
	return nil
}

func isDir(name string) bool {
	found, err := os.Stat(name)
	return err == nil && found.IsDir()
}

func describe(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeDevice != 0:
		return "device"
	case mode&fs.ModeNamedPipe != 0:
		return "named pipe"
	case mode&fs.ModeSocket != 0:
		return "socket"
	case mode&fs.ModeSymlink != 0:
		return "symbolic link that leads nowhere"
	}
	return "special file"
}

// Local is the absolute form of a path of this machine, which keeps the end
// that says what it means: / and /.
func Local(dir, name string) string {
	whole := name
	if !filepath.IsAbs(whole) {
		whole = filepath.Join(dir, name)
	}
	return archive.PreserveTrailingDotOrSeparator(filepath.Clean(whole), name)
}
