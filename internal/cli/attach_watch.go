package cli

// watch watches the files of what was brought up, until the attachment ends or
// unwatch is called.
func (t *attachment) watch() error {
	w, err := t.app.startWatch(t.stopping, watchRequest{
		goal: t.goal, plan: t.options.planOptions, services: t.named, yes: t.yes, prune: true, quiet: t.options.quietBuild,
		printer: t.printer,
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
