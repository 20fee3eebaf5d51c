package watch

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/fsnotify/fsnotify"
)

// look finds out what became of a path, after an event or without one.
func (n *notifier) look(name string, op fsnotify.Op) {
	found, err := os.Lstat(name)
	before, known := n.known[name]
	if err != nil {
		if known && absent(err) {
			n.forget(name)
		}
		n.unwatched(name, err)
		return
	}
	if !n.wants(name, found) {
		return
	}
	replaced := known && before.IsDir() != found.IsDir()
	if replaced {
		n.drop(name)
	}
	n.learn(name, found)
	same := known && before.Mode() == found.Mode() &&
		(found.IsDir() || before.Size() == found.Size() && before.ModTime().Equal(found.ModTime()))
	written := op.Has(fsnotify.Write|structural) && !found.IsDir()
	if written || !same {
		n.changed(Change{Path: name, Dir: found.IsDir(), Replaced: replaced})
	}
	if found.IsDir() && (!same || op.Has(structural)) { // another mode may let us in
		n.enter(name)
	}
}

// enter watches a folder, and only then reads what is in it: what comes while it
// is read is told of by an event.
func (n *notifier) enter(folder string) {
	_ = n.events.Remove(folder) // it may have been another one of this name
	if err := n.events.Add(folder); err != nil {
		n.unwatched(folder, err)
		return
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		n.unwatched(folder, err)
		return
	}
	gone := maps.Clone(n.names[folder])
	for _, entry := range entries {
		delete(gone, entry.Name())
		n.scan(filepath.Join(folder, entry.Name()))
	}
	for _, base := range slices.Sorted(maps.Keys(gone)) {
		n.look(filepath.Join(folder, base), 0)
	}
}

// unwatched tells that something cannot be watched that is there.
func (n *notifier) unwatched(name string, err error) {
	if absent(err) {
		return
	}
	failed := fmt.Errorf("cannot watch %s: %w%s", name, err, hint(err))
	if exhausted(err) && n.full == nil {
		n.full = failed
	}
	if !exhausted(err) || n.full == failed { //nolint:errorlint // the first one says it
		n.once(failed.Error())
	}
}

// scan looks at what a folder that is read again has. A folder in there may be
// another one than before.
func (n *notifier) scan(name string) {
	if before, known := n.known[name]; known && before.IsDir() {
		if found, err := os.Lstat(name); err == nil && found.IsDir() {
			n.look(name, 0)
			n.enter(name)
			return
		}
	}
	n.look(name, 0)
}

func (n *notifier) learn(name string, found fs.FileInfo) {
	n.known[name] = found
	folder := filepath.Dir(name)
	if n.names[folder] == nil {
		n.names[folder] = map[string]bool{}
	}
	n.names[folder][filepath.Base(name)] = true
}

// forget tells that a path is gone, with all that was below it.
func (n *notifier) forget(name string) {
	dir := n.known[name].IsDir()
	n.drop(name)
	delete(n.known, name)
	delete(n.names[filepath.Dir(name)], filepath.Base(name))
	n.changed(Change{Path: name, Dir: dir, Gone: true})
}

// drop forgets what is in a folder, and watches it no more.
func (n *notifier) drop(folder string) {
	if !n.known[folder].IsDir() {
		return
	}
	_ = n.events.Remove(folder) // one that was moved would go on under its old name
	for _, base := range slices.Sorted(maps.Keys(n.names[folder])) {
		if name := filepath.Join(folder, base); n.known[name] != nil {
			n.forget(name)
		}
	}
	delete(n.names, folder)
}

// absent is true for a path that is not there, also where what would be the
// folder of it is none.
func absent(err error) bool { return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) }
