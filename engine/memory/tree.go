package memory

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/moby/sys/user"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

// usual are the directories that every image has.
var usual = []string{"/", "/bin", "/etc", "/home", "/opt", "/root", "/run", "/srv", "/tmp", "/usr", "/var"}

// maxLinks is how many symbolic links a path may lead over.
const maxLinks = 40

var errNoDirectory = errors.New("not a directory")

// at is the file at a path that leads over no link.
func (c *container) at(name string) (content, bool) {
	if f, there := c.Files[name]; there {
		return f, true
	}
	mounted := slices.ContainsFunc(c.Mounts, func(m state.Mount) bool { return clean(m.Destination) == name })
	return content{Dir: true, Mode: 0o755}, mounted || slices.Contains(usual, name)
}

// resolve follows the links that a path leads over, and the one at its end if
// last says so.
func (c *container) resolve(name string, last following) (string, error) {
	rest := strings.Split(strings.Trim(clean(name), "/"), "/")
	done := "/"
	for links := 0; len(rest) > 0; {
		next := path.Join(done, rest[0])
		rest = rest[1:]
		f, there := c.at(next)
		switch {
		case !there:
			return "", fmt.Errorf("%s: %w", next, engine.ErrNotFound)
		case f.Link == "" || len(rest) == 0 && last == linkItself:
			done = next
			continue
		}
		if links++; links > maxLinks {
			return "", fmt.Errorf("%s: too many symbolic links", name)
		}
		if target := f.Link; path.IsAbs(target) {
			done = "/"
			rest = append(strings.Split(strings.Trim(clean(target), "/"), "/"), rest...)
		} else {
			rest = append(strings.Split(target, "/"), rest...)
		}
	}
	return done, nil
}

// following says what a path with a symbolic link at its end means.
type following bool

const (
	linkItself following = false
	linkTarget following = true
)

// namesInside is true of a path that means what is in a directory.
func namesInside(name string) following {
	return following(strings.HasSuffix(name, "/") || strings.HasSuffix(name, "/."))
}

func (c *container) stat(name string) (state.PathStat, error) {
	resolved, err := c.resolve(name, namesInside(name))
	if err != nil {
		return state.PathStat{}, err
	}
	f, _ := c.at(resolved)
	s := state.PathStat{Name: path.Base(resolved), Size: int64(len(f.Data)), Mode: fs.FileMode(f.Mode), ModTime: time.Unix(0, 0).UTC()}
	switch {
	case f.Dir:
		s.Mode |= fs.ModeDir
	case f.Link != "":
		s.Mode |= fs.ModeSymlink
		s.LinkTarget = clean(path.Join(path.Dir(resolved), f.Link))
		if path.IsAbs(f.Link) {
			s.LinkTarget = clean(f.Link)
		}
		if target, err := c.resolve(resolved, linkTarget); err == nil {
			s.LinkTarget = target
		}
	}
	return s, nil
}

// extract writes the files of a tar below a directory.
func (c *container) extract(directory string, entries []entry, options state.ExtractOptions) error {
	root, err := c.resolve(directory, linkTarget)
	if err != nil {
		return err
	}
	if f, _ := c.at(root); !f.Dir {
		return fmt.Errorf("extraction point is %w", errNoDirectory)
	}
	if c.ReadOnly && !c.mounts(root) {
		return errors.New("container rootfs is marked read-only")
	}
	for _, e := range entries {
		if err := c.own(e.Header, options); err != nil {
			return err
		}
		if err := c.write(path.Join(root, clean(e.Name)), root, e, options); err != nil {
			return err
		}
	}
	return nil
}

// own gives a file to the container's user, if it is to be.
func (c *container) own(header *tar.Header, options state.ExtractOptions) error {
	if !options.Own || c.User == "" {
		return nil
	}
	text := func(name string) io.Reader { return bytes.NewReader(c.Files[name].Data) }
	owner, err := user.GetExecUser(c.User, &user.ExecUser{}, text("/etc/passwd"), text("/etc/group"))
	if err != nil {
		return fmt.Errorf("user %s: %w", c.User, err)
	}
	header.Uid, header.Gid = owner.Uid, owner.Gid
	return nil
}

// mounts is true for a path in something that is mounted and can be written.
func (c *container) mounts(name string) bool {
	return slices.ContainsFunc(c.Mounts, func(m state.Mount) bool {
		at := clean(m.Destination)
		return !m.ReadOnly && (name == at || strings.HasPrefix(name, at+"/"))
	})
}

func (c *container) write(name, root string, e entry, options state.ExtractOptions) error {
	f := content{UID: e.Uid, GID: e.Gid, Mode: uint32(e.Mode) & 0o7777}
	var unhandled error
	switch e.Typeflag {
	case tar.TypeDir:
		f.Dir = true
	case tar.TypeSymlink:
		f.Link = e.Linkname
	case tar.TypeLink:
		f = c.Files[path.Join(root, clean(e.Linkname))]
	case tar.TypeReg:
		f.Data = e.data
	default:
		unhandled = fmt.Errorf("unhandled tar header type %d", e.Typeflag)
	}
	held, there := c.at(name)
	switch {
	case !there, held.Dir == f.Dir:
	case !options.Replace && f.Dir:
		return fmt.Errorf("cannot overwrite non-directory %q with directory %q", name, name)
	case !options.Replace:
		return fmt.Errorf("cannot overwrite directory %q with non-directory %q", name, name)
	case held.Dir:
		maps.DeleteFunc(c.Files, func(other string, _ content) bool { return strings.HasPrefix(other, name+"/") })
	}
	if unhandled != nil { // what was there has made room for it
		delete(c.Files, name)
		return unhandled
	}
	for dir := path.Dir(name); dir != "/"; dir = path.Dir(dir) {
		if _, there := c.at(dir); !there {
			c.Files[dir] = content{Mode: 0o755, Dir: true}
		}
	}
	c.Files[name] = f
	return nil
}

// pack writes a tar of what is at a path, under another name.
func (c *container) pack(to io.Writer, root, base string) error {
	archive := tar.NewWriter(to)
	below := strings.TrimSuffix(root, "/") + "/"
	for _, name := range slices.Sorted(maps.Keys(c.everything())) {
		if name != root && !strings.HasPrefix(name, below) {
			continue
		}
		f, _ := c.at(name)
		inside := base
		if name != root {
			inside = strings.TrimPrefix(base+"/"+strings.TrimPrefix(name, below), "/")
		}
		if inside == "" {
			continue // the root of an export
		}
		if err := packFile(archive, inside, f); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return archive.Close()
}

// everything is every file, and the directories that are there without having
// been made.
func (c *container) everything() map[string]content {
	all := maps.Clone(c.Files)
	for _, name := range usual {
		all[name], _ = c.at(name)
	}
	for _, m := range c.Mounts {
		all[clean(m.Destination)], _ = c.at(clean(m.Destination))
	}
	return all
}

func packFile(archive *tar.Writer, name string, f content) error {
	header := &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: int64(len(f.Data)), Mode: int64(f.Mode), Uid: f.UID, Gid: f.GID}
	switch {
	case f.Dir:
		header.Typeflag, header.Name = tar.TypeDir, name+"/"
	case f.Link != "":
		header.Typeflag, header.Linkname = tar.TypeSymlink, f.Link
	}
	if err := archive.WriteHeader(header); err != nil {
		return err
	}
	_, err := archive.Write(f.Data)
	return err
}
