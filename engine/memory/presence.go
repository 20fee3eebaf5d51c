package memory

import "context"

// presence is that of an engine that is always there.
type presence struct{}

// Absences is 0.
func (presence) Absences() int { return 0 }

// Reach returns at once.
func (presence) Reach(ctx context.Context) error { return ctx.Err() }
