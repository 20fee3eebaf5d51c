package watch

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"
)

// folder is a folder that is watched.
type folder struct {
	t       *testing.T
	path    string
	changes chan Change
	ended   sync.WaitGroup
	marks   int
}

// watchFolder watches what a rule is about whose path is in the folder.
func watchFolder(t *testing.T, path string, ignore ...string) *folder {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	assert.NilError(t, err)
	f := &folder{t: t, path: root, changes: make(chan Change, 100_000)}
	f.mkdir("marks")
	if path == "." {
		f.mkdir("sub")
		f.write("sub/old", "1")
	}
	setup := Setup{
		Rules:   []Rule{ruleOf(t, service(types.Trigger{Path: f.at(path), Action: types.WatchActionSync, Target: "/", Ignore: ignore}))},
		Sources: []string{f.at(".env")},
	}
	for i := range 10 {
		setup.Sources = append(setup.Sources, f.at(mark(i)))
	}
	n, err := newNotifier(setup, func(c Change) { f.changes <- c }, func(text string) { t.Error(text) })
	assert.NilError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	f.ended.Go(func() { n.run(ctx) })
	t.Cleanup(func() { cancel(); f.ended.Wait() })
	return f
}

// mark is a file that is made when all before has happened.
func mark(n int) string { return fmt.Sprintf("marks/%d", n) }

func (f *folder) at(name string) string { return filepath.Join(f.path, name) }

func (f *folder) write(name, content string) {
	f.t.Helper()
	assert.NilError(f.t, os.WriteFile(f.at(name), []byte(content), 0o600))
}

func (f *folder) mkdir(name string) {
	f.t.Helper()
	assert.NilError(f.t, os.MkdirAll(f.at(name), 0o755))
}

func (f *folder) rename(from, to string) {
	f.t.Helper()
	assert.NilError(f.t, os.Rename(f.at(from), f.at(to)))
}

func (f *folder) remove(name string) {
	f.t.Helper()
	assert.NilError(f.t, os.RemoveAll(f.at(name)))
}

// seen is what became of each path, up to now.
func (f *folder) seen() map[string]string {
	f.t.Helper()
	f.marks++
	f.write(mark(f.marks), "")
	all := map[string]string{}
	for c := range f.changes {
		name, err := filepath.Rel(f.path, c.Path)
		assert.NilError(f.t, err)
		switch name = filepath.ToSlash(name); {
		case name == mark(f.marks):
			return all
		case !strings.HasPrefix(name, "marks"):
			all[name] = word(c)
		}
	}
	return all
}

func word(c Change) string {
	switch {
	case c.Gone:
		return "gone"
	case c.Dir:
		return "folder"
	}
	return "file"
}

func TestWhatBecomesOfFilesIsTold(t *testing.T) {
	for _, c := range []struct {
		name   string
		do     func(f *folder)
		expect map[string]string
	}{
		{"nothing", func(*folder) {}, map[string]string{}},
		{"written", func(f *folder) { f.write("sub/old", "2") }, map[string]string{"sub/old": "file"}},
		{"made", func(f *folder) { f.write("sub/new", "1") }, map[string]string{"sub/new": "file"}},
		{"removed", func(f *folder) { f.remove("sub/old") }, map[string]string{"sub/old": "gone"}},
		{"saved by rename", func(f *folder) { f.write("sub/.old.tmp", "2"); f.rename("sub/.old.tmp", "sub/old") },
			map[string]string{"sub/.old.tmp": "gone", "sub/old": "file"}},
		{"mode", func(f *folder) { assert.NilError(f.t, os.Chmod(f.at("sub/old"), 0o755)) }, map[string]string{"sub/old": "file"}},
		{"folder made and filled", func(f *folder) { f.mkdir("a/b/c"); f.write("a/b/c/d", "1") },
			map[string]string{"a": "folder", "a/b": "folder", "a/b/c": "folder", "a/b/c/d": "file"}},
		{"folder renamed", func(f *folder) { f.rename("sub", "other") },
			map[string]string{"sub": "gone", "sub/old": "gone", "other": "folder", "other/old": "file"}},
		{"folder replaced", func(f *folder) { f.rename("sub", "other"); f.mkdir("sub"); f.write("sub/new", "1") },
			map[string]string{"sub/old": "gone", "sub/new": "file", "other": "folder", "other/old": "file"}},
		{"folder removed", func(f *folder) { f.remove("sub") }, map[string]string{"sub": "gone", "sub/old": "gone"}},
		{"folder to file", func(f *folder) { f.remove("sub"); f.write("sub", "1") }, map[string]string{"sub": "file", "sub/old": "gone"}},
		{"symbolic link", func(f *folder) { assert.NilError(f.t, os.Symlink("sub", f.at("link"))); f.write("sub/old", "2") },
			map[string]string{"link": "file", "sub/old": "file"}},
		{"ignored", func(f *folder) { f.mkdir("skip/deep"); f.write("skip/deep/x", "1"); f.write("sub/x.log", "1") }, map[string]string{}},
		{"version control", func(f *folder) { f.mkdir(".git"); f.write(".git/index", "1") }, map[string]string{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := watchFolder(t, ".", "skip", "**/*.log")
			c.do(f)
			got := f.seen()
			if c.name == "saved by rename" {
				delete(c.expect, "sub/.old.tmp") // whether it was ever seen is chance
				delete(got, "sub/.old.tmp")
			}
			if c.name == "folder replaced" {
				delete(got, "sub")
			}
			assert.DeepEqual(t, got, c.expect)
		})
	}
}

func TestAFolderThatWasMovedIsWatchedUnderItsNewName(t *testing.T) {
	f := watchFolder(t, ".")
	f.mkdir("a/b")
	f.rename("a", "c")
	f.seen()
	f.mkdir("a/b")
	f.write("c/b/x", "1")
	f.write("a/b/y", "1")
	assert.DeepEqual(t, f.seen(), map[string]string{"a": "folder", "a/b": "folder", "a/b/y": "file", "c/b/x": "file"})
}

func TestAPathIsWatchedThatComesLater(t *testing.T) {
	f := watchFolder(t, "not/here/yet")
	f.mkdir("not")
	f.write("not/else", "1")
	assert.DeepEqual(t, f.seen(), map[string]string{})
	f.mkdir("not/here/yet/deep")
	f.write("not/here/yet/deep/x", "1")
	assert.DeepEqual(t, f.seen(), map[string]string{
		"not/here/yet": "folder", "not/here/yet/deep": "folder", "not/here/yet/deep/x": "file",
	})
	f.remove("not")
	assert.DeepEqual(t, f.seen(), map[string]string{
		"not/here/yet": "gone", "not/here/yet/deep": "gone", "not/here/yet/deep/x": "gone",
	})
	f.mkdir("not/here")
	f.write("not/here/yet", "1")
	assert.DeepEqual(t, f.seen(), map[string]string{"not/here/yet": "file"})
}

func TestASingleFileIsWatchedWhateverReplacesIt(t *testing.T) {
	f := watchFolder(t, "one")
	f.write("one", "1")
	f.write("two", "1")
	assert.DeepEqual(t, f.seen(), map[string]string{"one": "file"})
	for range 3 {
		f.write("two", "2")
		f.rename("two", "one")
		assert.DeepEqual(t, f.seen(), map[string]string{"one": "file"})
	}
	f.write(".env", "X=1")
	assert.DeepEqual(t, f.seen(), map[string]string{".env": "file"})
}

func TestNoFileOfABurstIsMissed(t *testing.T) {
	f := watchFolder(t, ".")
	want := map[string]string{}
	for i := range 200 {
		name := fmt.Sprintf("d%d", i)
		f.mkdir(name + "/e")
		want[name], want[name+"/e"] = "folder", "folder"
		for j := range 10 {
			file := fmt.Sprintf("%s/e/f%d", name, j)
			f.write(file, "1")
			want[file] = "file"
		}
	}
	assert.DeepEqual(t, f.seen(), want)
}

func TestARescanFindsWhatNoEventTold(t *testing.T) {
	f := &folder{t: t, path: t.TempDir()}
	f.mkdir("sub/deep")
	f.write("sub/a", "1")
	f.write("sub/deep/b", "1")
	seen := map[string]string{}
	n, err := newNotifier(Setup{Rules: rulesOf(t, "web", synced(f.path, "/"))}, func(c Change) {
		name, _ := filepath.Rel(resolved(f.path), c.Path)
		seen[filepath.ToSlash(name)] = word(c)
	}, func(text string) { t.Error(text) })
	assert.NilError(t, err)
	defer n.events.Close()
	f.write("sub/a", "22")
	f.remove("sub/deep")
	f.mkdir("new")
	f.write("new/c", "1")
	n.rescan()
	assert.DeepEqual(t, seen, map[string]string{
		"sub/a": "file", "sub/deep": "gone", "sub/deep/b": "gone", "new": "folder", "new/c": "file",
	})
}

func TestWhatWasWrittenWhileTheProjectCameUpIsTold(t *testing.T) {
	f := &folder{t: t, path: resolved(t.TempDir())}
	f.mkdir("sub")
	f.write("sub/before", "1")
	f.write("sub/after", "1")
	begun := time.Now()
	assert.NilError(t, os.Chtimes(f.at("sub/before"), begun, begun.Add(-time.Minute)))
	assert.NilError(t, os.Chtimes(f.at("sub/after"), begun, begun.Add(time.Minute)))
	var seen []Change
	setup := Setup{Rules: rulesOf(t, "web", synced(f.path, "/")), Since: begun}
	n, err := newNotifier(setup, func(c Change) { seen = append(seen, c) }, func(text string) { t.Error(text) })
	assert.NilError(t, err)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	n.run(ended)
	assert.DeepEqual(t, seen, []Change{{Path: f.at("sub/after")}})
}

// resolved is a path without symbolic links.
func resolved(path string) string {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return path
	}
	return real
}

func TestWhatCannotBeWatchedIsToldOnce(t *testing.T) {
	var told []string
	n := &notifier{warn: func(text string) { told = append(told, text) }, told: map[string]bool{}}
	for range 2 {
		n.unwatched("/a", os.ErrPermission)
		n.unwatched("/b", os.ErrNotExist)
	}
	assert.DeepEqual(t, told, []string{"cannot watch /a: permission denied"})
}
