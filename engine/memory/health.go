package memory

import (
	"cmp"
	"slices"
	"time"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackctl/stack/state"
)

// The engine's defaults for a healthcheck.
const (
	defaultInterval      = 30 * time.Second
	defaultStartInterval = 5 * time.Second
	defaultRetries       = 3
	keptProbes           = 5
)

// check is a healthcheck with the engine's defaults filled in.
type check struct {
	state.Healthcheck
	StartPeriod   time.Duration
	StartInterval time.Duration
	Retries       int
	Failures      int // in a row
}

// checkOf is the healthcheck of a service, or of its image where the service
// has none. What the service leaves out is the image's.
func checkOf(service, image *types.HealthCheckConfig) *check {
	var asked types.HealthCheckConfig
	if service != nil {
		asked = *service
	}
	if image != nil {
		if len(asked.Test) == 0 {
			asked.Test = image.Test
		}
		asked.Interval = cmp.Or(asked.Interval, image.Interval)
		asked.Timeout = cmp.Or(asked.Timeout, image.Timeout)
		asked.Retries = cmp.Or(asked.Retries, image.Retries)
		asked.StartPeriod = cmp.Or(asked.StartPeriod, image.StartPeriod)
		asked.StartInterval = cmp.Or(asked.StartInterval, image.StartInterval)
	}
	if asked.Disable || len(asked.Test) == 0 || asked.Test[0] == "NONE" {
		return nil
	}
	c := &check{
		Healthcheck: state.Healthcheck{
			Test:     slices.Clone([]string(asked.Test)),
			Interval: duration(asked.Interval, defaultInterval),
			Timeout:  duration(asked.Timeout, defaultInterval),
		},
		StartPeriod:   duration(asked.StartPeriod, 0),
		StartInterval: duration(asked.StartInterval, defaultStartInterval),
		Retries:       defaultRetries,
	}
	if asked.Retries != nil && *asked.Retries > 0 {
		c.Retries = int(*asked.Retries) // a small number
	}
	return c
}

func duration(d *types.Duration, otherwise time.Duration) time.Duration {
	if d == nil || *d == 0 {
		return otherwise
	}
	return time.Duration(*d)
}

// beginChecks makes a container that just started wait for its first check.
func (c *container) beginChecks(at time.Time) {
	c.Health, c.HealthLog = state.HealthNone, nil
	if c.Check == nil {
		return
	}
	c.Check.Failures = 0
	c.Health = state.HealthStarting
	c.schedule(due{At: at.Add(c.interval(at)), What: checks})
}

// interval is how long after at the next check is.
func (c *container) interval(at time.Time) time.Duration {
	if c.Health == state.HealthStarting && at.Sub(c.StartedAt) < c.Check.StartPeriod {
		return c.Check.StartInterval
	}
	return c.Check.Interval
}

// check runs the healthcheck.
func (w *world) check(c *container, at, now time.Time) {
	before := c.Health
	probe := c.probe(at)
	c.HealthLog = append(c.HealthLog, probe)
	if n := len(c.HealthLog); n > keptProbes {
		c.HealthLog = slices.Clone(c.HealthLog[n-keptProbes:])
	}
	c.judge(probe.ExitCode == 0, at)
	switch {
	case c.Health == before:
	case c.Health == state.HealthHealthy:
		w.tell(c, state.ActionHealthy, at)
	case c.Health == state.HealthUnhealthy:
		w.tell(c, state.ActionUnhealthy, at)
	}
	if c.Health != before {
		w.touch(c.task)
	}
	next := due{At: at.Add(c.interval(at)), What: checks}
	if c.settled(at) {
		next.At = c.skip(next.At, now)
		next.Quiet = !c.readsFiles()
	}
	c.schedule(next)
}

// judge sets the health after a check, as the engine does: a failure within
// the start period does not count until the first success.
func (c *container) judge(success bool, at time.Time) {
	switch {
	case success:
		c.Check.Failures = 0
		c.Health = state.HealthHealthy
	case c.Health == state.HealthStarting && at.Sub(c.StartedAt) < c.Check.StartPeriod:
	default:
		c.Check.Failures++
		if c.Check.Failures >= c.Check.Retries {
			c.Health = state.HealthUnhealthy
		}
	}
}

// settled is true when the next checks will say what the last one said, unless
// the container's files change.
func (c *container) settled(at time.Time) bool {
	ready := c.Behavior.NeverHealthy || !at.Before(c.StartedAt.Add(c.Behavior.ReadyAfter))
	failing := c.Check.Failures > 0
	return ready && (c.Health == state.HealthHealthy && !failing || c.Health == state.HealthUnhealthy && failing)
}

// skip leaves out the checks that nobody would notice before now, or before
// something else happens to the container: all but those whose results are kept.
func (c *container) skip(next, now time.Time) time.Time {
	until := now
	if len(c.Due) > 0 && c.Due[0].At.Before(until) {
		until = c.Due[0].At
	}
	if missed := until.Sub(next)/c.Check.Interval - keptProbes; missed > 0 {
		return next.Add(missed * c.Check.Interval)
	}
	return next
}

// probe is how the healthcheck's command ends when it is run at a time.
func (c *container) probe(at time.Time) state.Probe {
	p := state.Probe{At: at}
	if c.Behavior.NeverHealthy || at.Before(c.StartedAt.Add(c.Behavior.ReadyAfter)) {
		p.ExitCode, p.Output = 1, "not ready"
		return p
	}
	run, known := interpret(c.Check.command(), c.Files, c.setting())
	switch {
	case !known:
	case run.forever || run.lasts > c.Check.Timeout:
		p.ExitCode, p.Output = -1, "Health check exceeded timeout ("+c.Check.Timeout.String()+")"
	default:
		p.ExitCode, p.Output = run.code, run.output()
	}
	return p
}

func (c *container) readsFiles() bool {
	run, known := interpret(c.Check.command(), c.Files, c.setting())
	return known && run.reads
}

// command is what the check runs.
func (c *check) command() []string {
	if c.Test[0] == "CMD-SHELL" {
		return append([]string{"/bin/sh", "-c"}, c.Test[1:]...)
	}
	return c.Test[1:]
}
