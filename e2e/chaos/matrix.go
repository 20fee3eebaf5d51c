package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// matrix is all trials: of each scenario, each call, with each harm.
type matrix struct {
	bench
	harms []harm
	// rotate makes one trial of a call, with one of the harms, in the place of
	// one with each.
	rotate bool
	// cuts says of a call of a scenario whether it is cut; nil is all.
	cuts      func(s scenario, n int, calls int) bool
	artefacts string // a folder for what is known of failures

	places chan struct{} // one for each trial at the same time
	mu     sync.Mutex
}

// row is what became of the trials of one scenario.
type row struct {
	scenario string
	calls    int // of the run that is not cut
	trials   map[harm]int
	failures []string
}

func newMatrix(b bench, parallel int) *matrix {
	return &matrix{bench: b, places: make(chan struct{}, parallel)}
}

// run makes all trials of some scenarios, side by side.
func (m *matrix) run(ctx context.Context, scenarios []scenario) []row {
	rows := make([]row, len(scenarios))
	var all sync.WaitGroup
	for i, s := range scenarios {
		all.Go(func() {
			rows[i] = m.cutAll(ctx, s)
			fmt.Fprintf(os.Stderr, "chaos: %s: %d calls, %d failures\n", s.name, rows[i].calls, len(rows[i].failures))
		})
	}
	all.Wait()
	return rows
}

// cutAll cuts a scenario's run at each call, until one ends uncut.
func (m *matrix) cutAll(ctx context.Context, s scenario) row {
	r := row{scenario: s.name, trials: map[harm]int{}}
	uncut := m.try(ctx, &r, s, harmNone, 0, "")
	r.calls = len(uncut.calls)
	if len(r.failures) > 0 {
		return r
	}
	var all sync.WaitGroup
	for n := 1; n <= r.calls; n++ {
		all.Go(func() { m.cutAt(ctx, &r, s, n, uncut.like) })
	}
	all.Wait()
	for n := r.calls + 1; m.cutAt(ctx, &r, s, n, uncut.like) && ctx.Err() == nil; n++ {
	}
	return r
}

// cutAt harms the n-th call, and says whether there was one.
func (m *matrix) cutAt(ctx context.Context, r *row, s scenario, n int, like string) (reached bool) {
	if m.cuts != nil && !m.cuts(s, n, r.calls) {
		return false
	}
	harms := m.harms
	if m.rotate {
		harms = []harm{harms[(n+len(s.name))%len(harms)]}
	}
	for _, h := range harms {
		reached = m.try(ctx, r, s, h, n, like).reached || reached
	}
	return reached
}

// try makes one trial. What the engine holds in the end has to be like what it
// holds when nothing is harmed, if that is known.
func (m *matrix) try(ctx context.Context, r *row, s scenario, h harm, n int, like string) *trial {
	m.places <- struct{}{}
	defer func() { <-m.places }()
	t := &trial{bench: m.bench, scenario: s, harm: h, cut: n}
	if ctx.Err() != nil {
		return t
	}
	err := t.try(ctx)
	if err == nil && like != "" && t.like != like {
		err = fmt.Errorf("it ends otherwise than if nothing happens: as\n%s\nand not as\n%s", t.like, like)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if h != harmNone && t.reached {
		r.trials[h]++
	}
	if err != nil && ctx.Err() == nil {
		failure := fmt.Sprintf("%s, %s at call %d (%s): %v", s.name, h, n, t.call(), err)
		r.failures = append(r.failures, failure)
		headline, _, _ := strings.Cut(failure, "\n")
		fmt.Fprintln(os.Stderr, "chaos:", headline)
		m.keep(t, failure)
	}
	return t
}

// keep writes down what is known of a failure.
func (m *matrix) keep(t *trial, failure string) {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n%s\n", failure, &t.project.ran)
	for i, c := range t.calls {
		fmt.Fprintf(&b, "%d %s %s\n", i+1, c, c.Query.Encode())
	}
	path := filepath.Join(m.artefacts, t.project.name+".txt")
	if err := os.MkdirAll(m.artefacts, 0o755); err != nil {
		return
	}
	if err := os.WriteFile(path, []byte(b.String()), 0o644); err == nil {
		fmt.Fprintln(os.Stderr, "    see", path)
	}
}
