package cp_test

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/stackctl/stack/engine/memory"
	"github.com/stackctl/stack/internal/cp"
	"github.com/stackctl/stack/state"
)

// files are what is on both sides: a directory at the end of a path with /, a
// link to what follows @, a file with its own path elsewhere.
var files = []string{"file", "other", "dir/", "dir/a", "dir/sub/", "dir/sub/b", "there/", "there/file", "link@file", "dirlink@dir", "nowhere@gone"}

// local lays the files out, below a folder with a name.
func local(t *testing.T, name string) string {
	t.Helper()
	root := filepath.Join(t.TempDir(), name)
	assert.NilError(t, os.Mkdir(root, 0o755))
	for _, f := range files {
		link, target, isLink := strings.Cut(f, "@")
		switch {
		case isLink:
			assert.NilError(t, os.Symlink(target, filepath.Join(root, link)))
		case strings.HasSuffix(f, "/"):
			assert.NilError(t, os.Mkdir(filepath.Join(root, f), 0o755))
		default:
			assert.NilError(t, os.WriteFile(filepath.Join(root, f), []byte(name+"/"+f), 0o644))
		}
	}
	return root
}

// container has the files below /c.
func container(t *testing.T) cp.Container {
	t.Helper()
	e := memory.New(memory.Options{Images: map[string]memory.Image{"busybox": {Present: true}}}).Engine()
	spec := state.ContainerSpec{Name: "web-1"}
	spec.Config.Image = "busybox"
	id, err := e.CreateContainer(t.Context(), spec, nil)
	assert.NilError(t, err)
	c := cp.Container{Archives: e, ID: id}
	assert.NilError(t, c.In(t.Context(), local(t, "c"), "/", cp.Options{}))
	return c
}

// held is what is at a path in the container: names, and what files consist of.
func held(t *testing.T, c cp.Container, path string) []string {
	t.Helper()
	var archive bytes.Buffer
	assert.NilError(t, c.Write(t.Context(), path, &archive, cp.Options{}))
	var found []string
	for r := tar.NewReader(&archive); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return found
		}
		assert.NilError(t, err)
		text, err := io.ReadAll(r)
		assert.NilError(t, err)
		switch h.Typeflag {
		case tar.TypeSymlink:
			found = append(found, h.Name+"@"+h.Linkname)
		case tar.TypeReg:
			found = append(found, h.Name+"="+string(text))
		}
	}
}

// onDisk is the same of this machine.
func onDisk(t *testing.T, path string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(path, func(name string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		relative, _ := filepath.Rel(filepath.Dir(path), name)
		if entry.Type()&os.ModeSymlink != 0 {
			target, err := os.Readlink(name)
			found = append(found, relative+"@"+target)
			return err
		}
		text, err := os.ReadFile(name)
		found = append(found, relative+"="+string(text))
		return err
	})
	assert.NilError(t, err)
	slices.Sort(found)
	return found
}

// rules are docker cp's, the same in both directions. FROM and TO stand for the
// two sides' names.
var rules = []struct {
	text   string
	source string
	target string
	follow bool
	look   string // at this path afterwards
	want   []string
	err    string
}{
	{text: "a file into a directory", source: "other", target: "dir", look: "dir/other", want: []string{"other=FROM/other"}},
	{text: "a file into a directory with a slash", source: "other", target: "dir/", look: "dir/other", want: []string{"other=FROM/other"}},
	{text: "a file over a file", source: "file", target: "there/file", look: "there/file", want: []string{"file=FROM/file"}},
	{text: "a file that gets a new name", source: "file", target: "dir/new", look: "dir/new", want: []string{"new=FROM/file"}},
	{text: "a file to a directory that is not there", source: "file", target: "absent/", err: "no such directory"},
	{text: "a file below a directory that is not there", source: "file", target: "absent/new", err: "absent"},
	{text: "a directory that gets a new name", source: "dir", target: "new", look: "new", want: []string{"new/a=FROM/dir/a", "new/sub/b=FROM/dir/sub/b"}},
	{text: "a directory into a directory", source: "dir", target: "there", look: "there", want: []string{"there/dir/a=FROM/dir/a", "there/dir/sub/b=FROM/dir/sub/b", "there/file=TO/there/file"}},
	{text: "what is in a directory, into a directory", source: "dir/.", target: "there", look: "there", want: []string{"there/a=FROM/dir/a", "there/file=TO/there/file", "there/sub/b=FROM/dir/sub/b"}},
	{text: "what is in a directory, under a new name", source: "dir/.", target: "new", look: "new", want: []string{"new/a=FROM/dir/a", "new/sub/b=FROM/dir/sub/b"}},
	{text: "a directory over a file", source: "dir", target: "file", err: "cannot copy directory"},
	{text: "a link as a link", source: "link", target: "there/link", look: "there/link", want: []string{"link@file"}},
	{text: "a link that is followed", source: "link", follow: true, target: "there", look: "there/link", want: []string{"link=FROM/file"}},
	{text: "a link to a directory that is followed", source: "dirlink", follow: true, target: "there", look: "there/dirlink", want: []string{"dirlink/a=FROM/dir/a", "dirlink/sub/b=FROM/dir/sub/b"}},
	{text: "a file into a link to a directory", source: "other", target: "dirlink", look: "dir/other", want: []string{"other=FROM/other"}},
	{text: "a file over a link to a file", source: "other", target: "link", look: "file", want: []string{"file=FROM/other"}},
	{text: "what is not there", source: "absent", target: "there", err: "absent"},
}

func TestIntoAContainer(t *testing.T) {
	for _, rule := range rules {
		t.Run(rule.text, func(t *testing.T) {
			c, from := container(t), local(t, "h")
			err := c.In(t.Context(), cp.Local(from, rule.source), "/c/"+rule.target, cp.Options{Follow: rule.follow})
			if rule.err != "" {
				assert.ErrorContains(t, err, rule.err)
				return
			}
			assert.NilError(t, err)
			assert.Check(t, is.DeepEqual(held(t, c, "/c/"+rule.look), sides(rule.want, "h", "c")))
		})
	}
}

func TestOutOfAContainer(t *testing.T) {
	for _, rule := range rules {
		t.Run(rule.text, func(t *testing.T) {
			c, to := container(t), local(t, "h")
			err := c.Out(t.Context(), "/c/"+rule.source, cp.Local(to, rule.target), cp.Options{Follow: rule.follow})
			if rule.err != "" {
				assert.ErrorContains(t, err, rule.err)
				return
			}
			assert.NilError(t, err)
			assert.Check(t, is.DeepEqual(onDisk(t, filepath.Join(to, rule.look)), sides(rule.want, "c", "h")))
		})
	}
}

func sides(want []string, from, to string) []string {
	named := slices.Clone(want)
	for i, text := range named {
		named[i] = strings.NewReplacer("FROM", from, "TO", to).Replace(text)
	}
	return named
}

func TestATarIsExtractedInADirectoryOnly(t *testing.T) {
	c := container(t)
	var archive bytes.Buffer
	assert.NilError(t, c.Write(t.Context(), "/c/dir", &archive, cp.Options{}))
	assert.ErrorContains(t, c.Extract(t.Context(), bytes.NewReader(archive.Bytes()), "/c/file", cp.Options{}), "must be a directory")
	assert.NilError(t, c.Extract(t.Context(), &archive, "/c/there", cp.Options{}))
	assert.Check(t, is.DeepEqual(held(t, c, "/c/there/dir"), []string{"dir/a=c/dir/a", "dir/sub/b=c/dir/sub/b"}))
}
