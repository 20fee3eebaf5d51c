package logs

import (
	"testing"
	"time"

	"gotest.tools/v3/assert"
)

// The engine may write a line of a run down after it noted its end, and one of
// the next before it notes its start.
func TestLinesBelongToTheRunThatTheyAreNextTo(t *testing.T) {
	end := time.Date(2026, 8, 1, 12, 0, 0, 0, time.UTC)
	assert.Equal(t, between(end, end.Add(time.Second)), end.Add(500*time.Millisecond))
	assert.Equal(t, between(end, end), end)
	assert.Equal(t, between(end, end.Add(-time.Second)), end, "it runs no more, and has not run again")
	assert.Assert(t, between(time.Time{}, end).IsZero(), "it has not run before")
}
