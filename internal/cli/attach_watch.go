package cli

import "time"

// watch watches the files of what was brought up, until the attachment ends or
// unwatch is called. What was written since then counts as changed; the zero time
// is now.
func (t *attachment) watch(since time.Time) error {
	a := *t.app
	a.process = t.menu.above(a.process)
	w, err := a.startWatch(t.stopping, watchRequest{
		goal: t.goal, plan: t.options.planOptions, services: t.named, yes: t.yes, prune: true, quiet: t.options.quietBuild,
		printer: t.printer, since: since,
	})
	if err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.watcher = w
	return nil
}

// unwatch ends the watching, if there is any.
func (t *attachment) unwatch() {
	t.mu.Lock()
	w := t.watcher
	t.watcher = nil
	t.mu.Unlock()
	if w != nil {
		w.stop()
	}
}

func (t *attachment) watches() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.watcher != nil
}

// toggleWatch begins to watch, or ends it.
func (t *attachment) toggleWatch() {
	if t.watches() {
		t.unwatch()
		return
	}
	if err := t.watch(time.Time{}); err != nil && t.stopping.Err() == nil {
		warn(t.menu.above(t.app.process).Err, []string{"not watching: " + err.Error()})
	}
}
