package docker

import (
	"archive/tar"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
)

// buildContext is what a build may read: a directory without what its
// .dockerignore names, and the Dockerfile.
type buildContext struct {
	root       string
	excluded   *patternmatcher.PatternMatcher
	dockerfile string // its path in the archive
	content    []byte // the Dockerfile's, when it is not a file of the directory
}

// openContext finds the Dockerfile and the ignore file of a build.
func openContext(config types.BuildConfig) (*buildContext, error) {
	if found, err := os.Stat(config.Context); err != nil {
		return nil, fmt.Errorf("build context: %w", err)
	} else if !found.IsDir() {
		return nil, fmt.Errorf("build context %s is not a directory", config.Context)
	}
	c := &buildContext{root: config.Context}
	ignore, err := c.locateDockerfile(config)
	if err != nil {
		return nil, err
	}
	patterns, err := readIgnore(ignore, filepath.Join(c.root, ".dockerignore"))
	if err != nil {
		return nil, err
	}
	if len(patterns) > 0 {
		patterns = append(patterns, "!.dockerignore", "!"+c.dockerfile)
	}
	c.excluded, err = patternmatcher.New(patterns)
	if err != nil {
		return nil, fmt.Errorf(".dockerignore of %s: %w", c.root, err)
	}
	return c, nil
}

// locateDockerfile sets where the Dockerfile is, and returns the path of the
// ignore file that may be beside it.
func (c *buildContext) locateDockerfile(config types.BuildConfig) (ignore string, err error) {
	if config.DockerfileInline != "" {
		c.addDockerfile([]byte(config.DockerfileInline))
		return "", nil
	}
	path := config.Dockerfile
	if path == "" {
		path = "Dockerfile"
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(c.root, path)
	}
	if inside, err := filepath.Rel(c.root, path); err == nil && filepath.IsLocal(inside) {
		if _, err := os.Stat(path); err != nil {
			return "", fmt.Errorf("dockerfile: %w", err)
		}
		c.dockerfile = filepath.ToSlash(inside)
		return path + ".dockerignore", nil
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("dockerfile: %w", err)
	}
	c.addDockerfile(content)
	return path + ".dockerignore", nil
}

// addDockerfile puts a Dockerfile beside the files of the context, under a name
// that none of them has.
func (c *buildContext) addDockerfile(content []byte) {
	c.content = content
	c.dockerfile = fmt.Sprintf(".dockerfile.%x", sha256.Sum256(content))[:28]
}

// readIgnore reads the first of the files that is there.
func readIgnore(paths ...string) ([]string, error) {
	for _, path := range paths {
		if path == "" {
			continue
		}
		file, err := os.Open(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		defer file.Close()
		patterns, err := ignorefile.ReadAll(file)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		return patterns, nil
	}
	return nil, nil
}

// stream returns the context as a tar that is made while it is read. Closing it
// early ends the making.
func (c *buildContext) stream() io.ReadCloser {
	reader, writer := io.Pipe()
	go func() { writer.CloseWithError(c.write(writer)) }()
	return reader
}

func (c *buildContext) write(w io.Writer) error {
	archive := tar.NewWriter(w)
	// BuildKit knows an archive by its first header, if that has no extensions.
	if err := writeEntry(archive, &tar.Header{Typeflag: tar.TypeDir, Name: "./", Mode: 0o755, ModTime: time.Unix(0, 0)}, nil); err != nil {
		return err
	}
	if c.content != nil {
		header := &tar.Header{Name: c.dockerfile, Mode: 0o644, Size: int64(len(c.content)), ModTime: time.Unix(0, 0)}
		if err := writeEntry(archive, header, strings.NewReader(string(c.content))); err != nil {
			return err
		}
	}
	parents := map[string]patternmatcher.MatchInfo{}
	err := filepath.WalkDir(c.root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("build context: %w", err)
		}
		name, err := filepath.Rel(c.root, path)
		if err != nil || name == "." {
			return err
		}
		skip, info, err := c.excluded.MatchesUsingParentResults(name, parents[filepath.Dir(name)])
		if err != nil {
			return fmt.Errorf(".dockerignore of %s: %w", c.root, err)
		}
		if entry.IsDir() {
			parents[name] = info
		}
		if !skip {
			return c.add(archive, path, name, entry)
		}
		if entry.IsDir() && !c.mayKeep(name) {
			return fs.SkipDir
		}
		return nil
	})
	if err != nil {
		return err
	}
	return archive.Close()
}

// mayKeep is true when a pattern with ! may bring something back below a
// directory that is excluded.
func (c *buildContext) mayKeep(directory string) bool {
	if !c.excluded.Exclusions() {
		return false
	}
	below := directory + string(filepath.Separator)
	for _, pattern := range c.excluded.Patterns() {
		if !pattern.Exclusion() {
			continue
		}
		text := pattern.String()
		if strings.HasPrefix(text+string(filepath.Separator), below) || strings.ContainsAny(text, "*?[") {
			return true
		}
	}
	return false
}

// add writes one file. Owners and times of the host are left out: they are not
// part of what is built.
func (c *buildContext) add(archive *tar.Writer, path, name string, entry fs.DirEntry) error {
	found, err := entry.Info()
	if err != nil {
		return fmt.Errorf("build context: %w", err)
	}
	link := ""
	switch {
	case found.Mode()&fs.ModeSymlink != 0:
		if link, err = os.Readlink(path); err != nil {
			return fmt.Errorf("build context: %w", err)
		}
	case !found.Mode().IsRegular() && !found.IsDir():
		return nil // a socket, pipe or device
	}
	header, err := tar.FileInfoHeader(found, filepath.ToSlash(link))
	if err != nil {
		return fmt.Errorf("build context: %s: %w", name, err)
	}
	header.Name = filepath.ToSlash(name)
	header.Uid, header.Gid, header.Uname, header.Gname = 0, 0, "", ""
	header.AccessTime, header.ChangeTime = time.Time{}, time.Time{}
	if runtime.GOOS == "windows" {
		header.Mode |= 0o111
	}
	if !found.Mode().IsRegular() {
		return writeEntry(archive, header, nil)
	}
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("build context: %w", err)
	}
	defer file.Close()
	return writeEntry(archive, header, io.LimitReader(file, header.Size))
}

func writeEntry(archive *tar.Writer, header *tar.Header, content io.Reader) error {
	if err := archive.WriteHeader(header); err != nil {
		return fmt.Errorf("build context: %s: %w", header.Name, err)
	}
	if content == nil {
		return nil
	}
	if _, err := io.Copy(archive, content); err != nil {
		return fmt.Errorf("build context: %s: %w", header.Name, err)
	}
	return nil
}
