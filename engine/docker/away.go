package docker

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// VariableEngineTimeout is how long an engine that answered before may be away
// until it is given up: a duration such as 1m. A question may take four times
// as long to be answered, and a call that changes something ten times.
const VariableEngineTimeout = "STACK_ENGINE_TIMEOUT"

const (
	defaultAway = 30 * time.Second
	// unspoken is how long the engine may be away without a word about it.
	unspoken = time.Second
)

// bounds are how long the engine is waited for.
type bounds struct {
	away   time.Duration // for one that went away to come back
	answer time.Duration // for the answer to a question
	done   time.Duration // for the end of a call that writes, besides the time that it asks for itself
}

func boundsOf(away time.Duration) bounds {
	return bounds{away: away, answer: 4 * away, done: 10 * away}
}

// boundsFrom reads [VariableEngineTimeout].
func boundsFrom(getenv func(string) string) (bounds, error) {
	text := getenv(VariableEngineTimeout)
	if text == "" {
		return boundsOf(defaultAway), nil
	}
	away, err := time.ParseDuration(text)
	if err != nil || away <= 0 {
		return bounds{}, fmt.Errorf("%s: expected a duration such as 30s, found %q", VariableEngineTimeout, text)
	}
	return boundsOf(away), nil
}

// presence is what is known of the engine's being there.
type presence struct {
	limit time.Duration
	say   func(string) // may be nil

	mu    sync.Mutex
	seen  bool      // it has answered once
	since time.Time // when it was first missed, zero while it is here
	told  bool      // that it is away
	lost  bool      // it was waited for in vain
	times int       // that it was away, or its Swarm had no leader

	election election
}

// here notes an answer.
func (p *presence) here() {
	p.mu.Lock()
	told := p.told
	p.seen, p.since, p.told, p.lost = true, time.Time{}, false, false
	p.mu.Unlock()
	if told && p.say != nil {
		p.say("the engine is back")
	}
}

// missing notes that the engine could not be reached, and says whether to try
// again: only one that was there before is waited for, and only once.
func (p *presence) missing() bool {
	p.mu.Lock()
	if p.since.IsZero() {
		p.since = time.Now()
		p.times++
	}
	gone := time.Since(p.since)
	p.lost = p.lost || p.seen && gone >= p.limit
	again := p.seen && !p.lost
	tell := again && !p.told && gone >= unspoken
	p.told = p.told || tell
	p.mu.Unlock()
	if tell && p.say != nil {
		p.say(fmt.Sprintf("the engine went away: waiting up to %s for it to come back", p.limit))
	}
	return again
}

// answered is true for an engine that was there before.
func (p *presence) answered() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.seen
}

// Absences is how often the engine was away so far, or its Swarm had no leader.
func (d *daemon) Absences() int {
	d.presence.mu.Lock()
	defer d.presence.mu.Unlock()
	return d.presence.times
}

// Reach asks the engine for a sign of life over a new connection: one that is
// being stopped may still answer over those that are open.
func (d *daemon) Reach(ctx context.Context) error {
	api, err := d.reach(ctx)
	if err != nil {
		return err
	}
	if err := api.Close(); err != nil { // the idle connections
		return err
	}
	_, err = api.Ping(ctx)
	return d.translate(err, "engine")
}

// goneError is an engine that was waited for in vain.
type goneError struct{ limit time.Duration }

func (e *goneError) Error() string { return fmt.Sprintf("did not come back within %s", e.limit) }

// mute is an engine that takes a call and says nothing to it.
type mute struct{ limit time.Duration }

func (e *mute) Error() string { return fmt.Sprintf("gave no answer for %s", e.limit) }
