package cli

import (
	"cmp"
	"context"
	"slices"
	"time"

	moment "github.com/docker/docker/api/types/time"

	"github.com/stackctl/stack/state"
)

// taskEvents calls each for the states that a Swarm's tasks come into. The Swarm
// remembers the last of each task: since goes back to those. It returns nil when
// until is over or ctx ends.
func (v *view) taskEvents(ctx context.Context, span state.Span, each func(state.Happening)) error {
	since, err := instant(span.Since, time.Now())
	if err != nil {
		return err
	}
	before := func(t state.Task) bool { return span.Since == "" || t.Since.Before(since) } // of what was there at first
	told := map[string]state.Task{}                                                        // as it was last told, by id
	tell := func(tasks []state.Task) {
		inOrder := func(a, b state.Task) int { return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.Name, b.Name)) }
		for _, t := range slices.SortedStableFunc(slices.Values(tasks), inOrder) { // they come service by service
			last, known := told[t.ID]
			told[t.ID] = t
			if known && last.State == t.State && last.Error == t.Error || before(t) {
				continue
			}
			each(taskHappening(t))
		}
	}
	if span.Until != "" {
		until, err := instant(span.Until, time.Now())
		if err != nil {
			return err
		}
		early := before
		before = func(t state.Task) bool { return early(t) || t.Since.After(until) }
		if !until.After(time.Now()) {
			tell(v.observed.Tasks)
			return nil
		}
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, until)
		defer cancel()
	}
	return v.engine.Follow(ctx, v.target.name, func(now state.Cluster) {
		tell(now.Tasks)
		before = func(state.Task) bool { return false }
	})
}

func taskHappening(t state.Task) state.Happening {
	h := state.Happening{At: t.Since.Local(), Action: string(t.State), Container: t.ContainerID, Service: t.Service, Attributes: map[string]string{
		"image": t.Image, "name": t.Name, "task": t.ID,
	}}
	for key, value := range map[string]string{"node": t.Node, "error": t.Error} {
		if value != "" {
			h.Attributes[key] = value
		}
	}
	if h.Container == "" {
		h.Container = t.ID
	}
	return h
}

// instant reads a time as the docker CLI does. An empty text is now.
func instant(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return now, nil
	}
	if ago, err := time.ParseDuration(text); err == nil {
		return now.Add(-ago), nil // the docker CLI cuts fractions of a second off
	}
	stamp, err := moment.GetTimestamp(text, now)
	if err != nil {
		return now, err
	}
	seconds, nanoseconds, err := moment.ParseTimestamps(stamp, 0)
	return time.Unix(seconds, nanoseconds), err
}
