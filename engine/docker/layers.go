package docker

import (
	"io"
	"slices"

	"github.com/stackctl/stack/state"
)

// layers is how far the layers of an image are on their way.
type layers struct {
	byID map[string]*layer
	said state.Progress // what was last reported
}

type layer struct {
	status         string
	told           string // the step that was told last
	current, total int64
}

// The statuses of a layer, in the engine's words.
var (
	moving  = []string{"Downloading", "Pushing"}
	arrived = []string{"Verifying Checksum", "Download complete", "Extracting", "Pull complete", "Pushed"}
	steps   = []string{"Pulling fs layer", "Download complete"}                             // told of a single layer, as are
	whole   = []string{"Already exists", "Pull complete", "Layer already exists", "Pushed"} // those that are its last
	busy    = []string{"Verifying Checksum", "Download complete", "Extracting"}             // the engine is, with what it has
)

// follow reads the stream of a pull or push to its end. It reports what is new
// to progress, which may be nil, and to alive, with true while the engine
// waits for nothing from the registry.
func (l *layers) follow(body io.Reader, progress func(state.Progress), alive func(local bool)) error {
	return readStream(body, func(m message) error {
		if !l.update(m) {
			return nil
		}
		alive(l.local())
		if step, is := l.step(m); is && progress != nil {
			progress(step)
		}
		if sum := l.sum(m.Status); sum != l.said && progress != nil {
			l.said = sum
			progress(sum)
		}
		return nil
	})
}

// update takes a message in, and returns whether it told anything new. What
// has come never becomes less: the engine begins a layer anew when it broke off.
func (l *layers) update(m message) bool {
	if m.ID == "" || m.Status == "" {
		return m.Status != ""
	}
	if l.byID == nil {
		l.byID = map[string]*layer{}
	}
	old := l.byID[m.ID]
	if old == nil {
		old = &layer{}
	}
	now := &layer{status: m.Status, told: old.told, current: old.current, total: old.total}
	if slices.Contains(moving, m.Status) {
		now.current = max(old.current, m.Progress.Current)
		now.total = max(old.total, m.Progress.Total, now.current)
	} else if slices.Contains(arrived, m.Status) {
		now.current = now.total
	}
	l.byID[m.ID] = now
	return *now != *old
}

// step is what a message tells of a single layer, if it tells that for the first
// time in a row.
func (l *layers) step(m message) (step state.Progress, is bool) {
	one := l.byID[m.ID]
	arrived := slices.Contains(whole, m.Status)
	if one == nil || one.told == m.Status || !arrived && !slices.Contains(steps, m.Status) {
		return state.Progress{}, false
	}
	one.told = m.Status
	return state.Progress{Detail: m.Status, Layer: m.ID, Arrived: arrived}, true
}

// sum is how far all layers are together. While some move or are unpacked, it
// says so and not what the last message was about.
func (l *layers) sum(status string) state.Progress {
	sum := state.Progress{Detail: status}
	for _, one := range l.byID {
		sum.Bytes += one.current
		sum.Total += one.total
	}
	for _, kind := range append(slices.Clone(moving), "Extracting") {
		if l.any(func(one *layer) bool { return one.status == kind }) {
			sum.Detail = kind
			break
		}
	}
	return sum
}

// local is true while all that is left to do, the engine does by itself.
func (l *layers) local() bool {
	return l.any(func(one *layer) bool { return slices.Contains(busy, one.status) }) &&
		!l.any(func(one *layer) bool { return one.open() })
}

// open is true for a layer that something has still to come of.
func (l *layer) open() bool {
	return l.status == "Pulling fs layer" || l.status == "Waiting" || slices.Contains(moving, l.status)
}

func (l *layers) any(is func(*layer) bool) bool {
	for _, one := range l.byID {
		if is(one) {
			return true
		}
	}
	return false
}
