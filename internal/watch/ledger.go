package watch

import (
	"slices"
	"sync"

	"github.com/stackctl/stack/state"
)

// ledger remembers what changed since watching began, and which containers have
// it: one that comes later is made from an image that does not.
type ledger struct {
	clock   int
	changed map[string]dated // by path
	built   map[string]int   // when a service's image was built, by name
	// building are the services whose containers are being replaced: what they
	// lack is known when that is over.
	building map[string]bool
	// held is true while all may be replaced.
	held bool

	mu  *sync.Mutex
	met map[string]bool // ids of the containers that have it all
}

type dated struct {
	Change
	at int
}

func newLedger() ledger {
	return ledger{changed: map[string]dated{}, built: map[string]int{}, building: map[string]bool{}, mu: &sync.Mutex{}, met: map[string]bool{}}
}

func (l *ledger) note(changes []Change) {
	l.clock++
	for _, c := range changes {
		l.changed[c.Path] = dated{c, l.clock}
	}
}

// since is what changed after a time.
func (l *ledger) since(at int) []Change {
	b := batch{}
	for _, c := range l.changed {
		if c.at > at {
			b[c.Path] = c.Change
		}
	}
	return b.sorted()
}

// build notes that images are being built, and returns when.
func (l *ledger) build(services []string) (at int) {
	for _, service := range services {
		l.building[service] = true
	}
	return l.clock
}

// finish notes the end of a build that began at a time.
func (l *ledger) finish(services []string, begun int, succeeded bool) {
	for _, service := range services {
		delete(l.building, service)
		if succeeded {
			l.built[service] = begun
		}
	}
}

// missing is what a container of a service lacks that was made from its image,
// and what it may have started without: that is not known of what the image was
// built with. To copy it again does no harm.
func (l *ledger) missing(service string, rules []Rule) []Work {
	mine := slices.DeleteFunc(slices.Clone(rules), func(r Rule) bool { return r.Service != service || !copies(r.Action) })
	all, later := batch{}, batch{}
	for _, c := range l.changed {
		all[c.Path] = c.Change
		built := len(mine) > 0 && mine[0].context != "" && below(mine[0].context, c.Path) && c.at <= l.built[service]
		if !built {
			later[c.Path] = c.Change
		}
	}
	works := Plan(mine, all.sorted())
	for i := range works {
		works[i].Restart, works[i].Exec = false, nil
		for _, without := range Plan(mine, later.sorted()) {
			works[i].Restart, works[i].Exec = without.Restart, without.Exec
		}
	}
	return works
}

// meet notes a container that has everything.
func (l *ledger) meet(c state.Container) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.met[c.ID] = true
}

func (l *ledger) knows(c state.Container) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.met[c.ID]
}

// lose notes a container that may not have everything.
func (l *ledger) lose(c state.Container) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.met, c.ID)
}
