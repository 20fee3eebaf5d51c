// Package event says what happened while a plan ran, as data. How it looks is
// package render's business.
package event

import (
	"sync"
	"time"

	"github.com/stackctl/stack/state"
)

// Version is the version of the JSON form. It changes when a field changes its
// meaning or goes away; a new field does not change it.
const Version = 1

// Phase is where in its life a node of the plan is.
type Phase string

// The phases. Every node that a run reaches has one Started and then exactly
// one terminal phase; Skipped, and Canceled before it began, come without
// Started. A pull, build or push that Failed because the engine went away has
// both again when the engine is back.
const (
	Started   Phase = "started"
	Progress  Phase = "progress"  // Detail, Bytes and Total say how far
	Succeeded Phase = "succeeded" // terminal
	Failed    Phase = "failed"    // terminal: Error says why
	Skipped   Phase = "skipped"   // terminal: Cause is the node that failed
	Canceled  Phase = "canceled"  // terminal: the run was interrupted
	Undone    Phase = "undone"    // after Failed or Canceled: one compensation of the node succeeded
	Warning   Phase = "warning"   // something to know; Node may be empty
)

// Terminal is true for the phases that end a node.
func (p Phase) Terminal() bool {
	return p == Succeeded || p == Failed || p == Skipped || p == Canceled
}

// Event is one thing that happened.
type Event struct {
	Time  time.Time `json:"time"`
	Phase Phase     `json:"phase"`
	// Node is the id of the plan's node, Op the name of its operation
	// (CreateContainer), Ref and Name the resource it works on, by what it is
	// for and by its name in the engine.
	Node string    `json:"node,omitempty"`
	Op   string    `json:"op,omitempty"`
	Ref  state.Ref `json:"ref,omitzero"`
	Name string    `json:"name,omitempty"`
	// Condition is what an await waits for.
	Condition state.Condition `json:"condition,omitempty"`
	Detail    string          `json:"detail,omitempty"`
	Bytes     int64           `json:"bytes,omitempty"`
	Total     int64           `json:"total,omitempty"`
	// Layer is the part of an image that has come as far as Detail says, or has
	// Arrived.
	Layer   string `json:"layer,omitempty"`
	Arrived bool   `json:"arrived,omitempty"`
	// Again is true for a transfer that failed for a moment and begins again:
	// Detail says why and when.
	Again bool   `json:"again,omitempty"`
	Error string `json:"error,omitempty"`
	// Field and At are where the file has what failed.
	Field string         `json:"field,omitempty"`
	At    state.Position `json:"at,omitzero"`
	Cause string         `json:"cause,omitempty"`
}

// Sink takes events, one at a time. The zero value must not be called: use
// Discard.
type Sink func(Event)

// Serial returns a sink that may be called from several goroutines: it hands
// the events on one at a time. A nil sink drops them.
func Serial(sink Sink) Sink {
	if sink == nil {
		return Discard
	}
	var mu sync.Mutex
	return func(e Event) {
		mu.Lock()
		defer mu.Unlock()
		sink(e)
	}
}

// Discard drops events.
func Discard(Event) {}
