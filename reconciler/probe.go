package reconciler

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/stackctl/stack/state"
)

const (
	secondProbe = 20 * time.Millisecond // after the first, which is run at once
	probeGrowth = 1.5
)

// probe runs the container's healthcheck until it succeeds, and then closes
// the channel that it returns. The first run comes at once, the others at
// growing intervals, at most the healthcheck's own. A failure says nothing: only the
// engine calls a container unhealthy.
func (w *wait) probe(ctx context.Context) <-chan struct{} {
	healthy := make(chan struct{})
	check := *w.last.Healthcheck
	command := checkCommand(check.Test)
	if command == nil {
		return healthy
	}
	w.probes.Go(func() {
		for pause := secondProbe; ; pause = min(time.Duration(float64(pause)*probeGrowth), max(check.Interval, secondProbe)) {
			if w.probeOnce(ctx, check, command) {
				close(healthy)
				return
			}
			select {
			case <-ctx.Done():
				return
			case <-time.After(pause):
			}
		}
	})
	return healthy
}

func (w *wait) probeOnce(ctx context.Context, check state.Healthcheck, command []string) bool {
	if check.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, check.Timeout)
		defer cancel()
	}
	result, err := w.Engine.Exec(ctx, w.key, state.ExecSpec{Command: command})
	if err != nil || ctx.Err() != nil {
		return false
	}
	if result.ExitCode == 0 {
		w.say("probe: exit 0")
		return true
	}
	w.say(strings.TrimSuffix(fmt.Sprintf("probe: exit %d: %s", result.ExitCode, firstLine(result.Output)), ": "))
	return false
}

// checkCommand turns a healthcheck's test into a command; nil is one that
// cannot be run.
func checkCommand(test []string) []string {
	if len(test) < 2 {
		return nil
	}
	switch test[0] {
	case "CMD":
		return test[1:]
	case "CMD-SHELL":
		return []string{"/bin/sh", "-c", test[1]}
	}
	return nil
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}
