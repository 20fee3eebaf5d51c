package watch

import (
	"context"
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

// buffer is how many events are kept while the folders of earlier ones are read.
const buffer = 4096

// structural are the events after which a folder may be another one than before.
const structural = fsnotify.Create | fsnotify.Remove | fsnotify.Rename

// notifier watches files. It knows what was there, so that a folder that is read
// again tells what became of it. One goroutine at a time uses it.
type notifier struct {
	setup   Setup
	sources map[string]bool
	events  *fsnotify.Watcher
	known   map[string]fs.FileInfo
	names   map[string]map[string]bool // of the folders that are known
	changed func(Change)
	warn    func(string)
	told    map[string]bool // what was warned of
	full    error           // a limit of the kernel's that was reached
}

// newNotifier watches what the setup is about. It tells of changes when it runs.
func newNotifier(setup Setup, changed func(Change), warn func(string)) (*notifier, error) {
	events, err := fsnotify.NewBufferedWatcher(buffer)
	if err != nil {
		return nil, fmt.Errorf("watch files: %w%s", err, hint(err))
	}
	n := &notifier{
		setup: setup, events: events, sources: map[string]bool{},
		known: map[string]fs.FileInfo{}, names: map[string]map[string]bool{}, told: map[string]bool{},
		changed: func(Change) {}, // what is there at first is no change
		warn:    warn,
	}
	for _, name := range setup.Sources {
		n.sources[filepath.Clean(name)] = true
	}
	n.rescan()
	if n.full != nil {
		_ = events.Close()
		return nil, n.full
	}
	n.changed = changed
	return n, nil
}

// roots are the paths that the rules name, and the sources.
func (n *notifier) roots() []string {
	roots := slices.Collect(maps.Keys(n.sources))
	for _, r := range n.setup.Rules {
		roots = append(roots, r.Path)
	}
	slices.Sort(roots)
	return slices.Compact(roots)
}

// run tells of changes until ctx ends.
func (n *notifier) run(ctx context.Context) {
	defer func() { _ = n.events.Close() }()
	n.tellRecent()
	for {
		select {
		case <-ctx.Done():
			return
		case e := <-n.events.Events:
			n.event(e)
		case err := <-n.events.Errors:
			if errors.Is(err, fsnotify.ErrEventOverflow) {
				n.rescan()
				continue
			}
			n.once("watch files: " + err.Error())
		}
	}
}

func (n *notifier) event(e fsnotify.Event) {
	name := filepath.Clean(e.Name)
	if e.Has(structural) {
		for _, root := range n.roots() {
			if name != root && below(name, root) {
				n.anchor(root)
			}
		}
	}
	if n.concerns(name) {
		n.look(name, e.Op)
	}
}

// tellRecent tells of files that were written before watching began, but too late
// for the containers.
func (n *notifier) tellRecent() {
	if n.setup.Since.IsZero() {
		return
	}
	for name, found := range n.known {
		if !found.IsDir() && found.ModTime().After(n.setup.Since) {
			n.changed(Change{Path: name})
		}
	}
}

// rescan finds out what happened when the kernel could not keep up.
func (n *notifier) rescan() {
	for _, root := range n.roots() {
		n.anchor(root)
	}
}

// anchor watches the folder that a root is in or, as long as that is not there,
// the nearest one above, and looks at the root.
func (n *notifier) anchor(root string) {
	for folder := filepath.Dir(root); ; {
		if n.events.Add(folder) == nil {
			next := toward(folder, root)
			if _, err := os.Stat(next); next == root || err != nil {
				break
			}
			folder = filepath.Dir(root) // it has come meanwhile
			continue
		}
		if folder == filepath.Dir(folder) {
			break
		}
		folder = filepath.Dir(folder)
	}
	n.look(root, fsnotify.Create)
}

// toward is the entry of a folder through which a path below it leads.
func toward(folder, name string) string {
	for filepath.Dir(name) != folder {
		name = filepath.Dir(name)
	}
	return name
}

// concerns is true for a path that somebody may want to know of.
func (n *notifier) concerns(name string) bool {
	return n.sources[name] || slices.ContainsFunc(n.setup.Rules, func(r Rule) bool { return below(r.Path, name) })
}

// wants is true for a folder to watch and for a file whose changes matter.
func (n *notifier) wants(name string, found fs.FileInfo) bool {
	return n.sources[name] || slices.ContainsFunc(n.setup.Rules, func(r Rule) bool {
		return found.IsDir() && !r.passesOver(name) || !found.IsDir() && r.matches(name)
	})
}

// once warns of something, once.
func (n *notifier) once(text string) {
	if !n.told[text] {
		n.told[text] = true
		n.warn(text)
	}
}

// exhausted is true for a limit of the kernel's that is reached.
func exhausted(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EMFILE)
}

// hint says what to do about an error.
func hint(err error) string {
	switch {
	case errors.Is(err, syscall.ENOSPC):
		return ": the limit of watched folders is reached; raise it (sysctl fs.inotify.max_user_watches), or ignore folders"
	case errors.Is(err, syscall.EMFILE):
		return ": raise the limit (sysctl fs.inotify.max_user_instances)"
	}
	return ""
}
