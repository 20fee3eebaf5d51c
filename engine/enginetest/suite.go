// Package enginetest has the suite that every engine passes, so that one that
// stands in for another in tests cannot drift from it, and a decorator that
// makes calls of any engine fail.
package enginetest

import (
	"testing"

	"github.com/stackctl/stack/engine"
)

// Target is an engine to test.
type Target struct {
	Engine engine.Engine
	// Image is present and has busybox's sh, sleep, echo, cat, stat, true and
	// false.
	Image string
	// Prefix begins the names of all that the suite makes, and removes. It is
	// to be unique on the engine.
	Prefix string
	// Registry begins the names of images that can be pushed: 127.0.0.1:5000.
	// Absent is a reference that it has no image for.
	Registry, Absent string
}

// obligation is something that every engine does.
type obligation struct {
	text  string
	check func(*testing.T, *fixture)
}

// Run checks everything that package engine promises, and what of Docker
// Engine's behaviour the planner and the reconciler stand on.
func Run(t *testing.T, target Target) {
	for _, topic := range []struct {
		name        string
		obligations []obligation
	}{
		// These look for goroutines that are left behind, so nothing else may
		// run at the same time.
		{"ending", ending},
	} {
		t.Run(topic.name, func(t *testing.T) {
			for _, o := range topic.obligations {
				t.Run(o.text, func(t *testing.T) { o.check(t, newFixture(t, target)) })
			}
		})
	}
	for _, topic := range []struct {
		name        string
		obligations []obligation
	}{
		{"observer", observing},
		{"containers", creating},
		{"lifecycle", living},
		{"signals", signalling},
		{"limits", limiting},
		{"sharing", sharing},
		{"health", checking},
		{"networks", networking},
		{"ports", publishing},
		{"volumes", storing},
		{"files", filing},
		{"archives", archiving},
		{"images", imaging},
		{"registry", transferring},
		{"watcher", watching},
		{"logs", logging},
		{"exec", executing},
		{"monitor", monitoring},
		{"sessions", joining},
	} {
		t.Run(topic.name, func(t *testing.T) {
			for _, o := range topic.obligations {
				t.Run(o.text, func(t *testing.T) {
					t.Parallel()
					o.check(t, newFixture(t, target))
				})
			}
		})
	}
}
