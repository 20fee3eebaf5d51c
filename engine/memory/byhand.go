package memory

import (
	"context"
	"time"

	"github.com/stackctl/stack/state"
)

// UpdateLimits changes a container's limits and its restart policy, as `docker
// update` does.
func (m *Memory) UpdateLimits(name string, change func(*state.Limits)) error {
	return m.byHand(name, func(c *container) error {
		change(&c.Limits)
		c.obeyLimits()
		return nil
	})
}

// Tag makes a reference name the image that another one names, as `docker tag`
// does.
func (m *Memory) Tag(source, target string) error {
	return m.update(context.Background(), func(w *world, at time.Time) error {
		found, err := w.image(source)
		if err != nil {
			return err
		}
		tagged := *found
		tagged.LastTag = at
		w.name(canonical(target), &tagged)
		return nil
	})
}

func (m *Memory) byHand(name string, change func(*container) error) error {
	return m.update(context.Background(), func(w *world, _ time.Time) error {
		c, err := w.container(name)
		if err != nil {
			return err
		}
		return change(c)
	})
}

// obeyLimits does what the limits say of restarts.
func (c *container) obeyLimits() {
	c.RestartPolicy, c.Attempts = c.Limits.RestartPolicy, c.Limits.RestartRetries
}
