package swarm

import (
	"context"
	"errors"
	"time"

	"github.com/stackctl/stack/engine"
)

// letGo is how long a volume may still be in use by the container of a task that
// has ended, before it is taken for one that somebody else uses: a node removes
// such a container when it gets round to it.
const letGo = 15 * time.Second

// volumes are those of the manager's machine.
type volumes struct{ engine.Volumes }

// RemoveVolume removes a volume as soon as nothing uses it.
func (v volumes) RemoveVolume(ctx context.Context, name string) error {
	until := time.Now().Add(letGo)
	for {
		err := v.Volumes.RemoveVolume(ctx, name)
		if !errors.Is(err, engine.ErrConflict) || time.Now().After(until) {
			return err
		}
		select {
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		case <-time.After(underWay):
		}
	}
}
