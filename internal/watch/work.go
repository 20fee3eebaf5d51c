package watch

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// Change is what became of a path on this machine.
type Change struct {
	Path string
	Dir  bool // it is a folder; of one that is gone, it was
	Gone bool
	// Replaced is true for a path that was a folder and is none, or the other
	// way round.
	Replaced bool
}

// Mapping is a path here, and what it is in a container.
type Mapping struct{ Host, Target string }

// Work is what changes ask for of one service.
type Work struct {
	Service string
	// Delete are what the containers are to lose, Prune folders that they lose
	// if nothing is left in them, the deepest first. Copy comes after that, a
	// folder before what is in it.
	Delete []string
	Prune  []string
	Copy   []Mapping

	Rebuild bool
	Restart bool
	Exec    []types.ServiceHook
}

// Syncs is how many paths in containers change.
func (w Work) Syncs() int { return len(w.Delete) + len(w.Prune) + len(w.Copy) }

// Plan is what the changes ask for, by the services' names.
func Plan(rules []Rule, changes []Change) []Work {
	drafts := map[string]*draft{}
	for _, r := range rules {
		asked := false
		d := drafts[r.Service]
		if d == nil {
			d = &draft{work: Work{Service: r.Service}, copies: map[string]string{}, deletes: map[string]bool{}, prunes: map[string]bool{}}
		}
		for _, c := range changes {
			if r.matches(c.Path) {
				d.add(r, c)
				asked = true
			}
		}
		if asked {
			d.ask(r)
			drafts[r.Service] = d
		}
	}
	var all []Work
	for _, service := range slices.Sorted(maps.Keys(drafts)) {
		all = append(all, drafts[service].finish())
	}
	return all
}

// draft is work that is being put together: several rules may say the same.
type draft struct {
	work    Work
	copies  map[string]string // paths here, by target
	deletes map[string]bool
	prunes  map[string]bool
}

// add adds what a rule makes of a path.
func (d *draft) add(r Rule, c Change) {
	if !copies(r.Action) {
		return
	}
	target := r.target(c.Path)
	switch {
	case !c.Gone:
		d.copies[target] = c.Path
		if c.Replaced {
			d.deletes[target] = true
		}
	case !c.Dir:
		d.deletes[target] = true
	case c.Path == r.Path:
		// The target may hold more than what came from here, and may be /.
	case r.ours || r.included != nil:
		d.prunes[target] = true // what is ignored in there is not ours
	default:
		d.deletes[target] = true
	}
}

// ask adds what a rule asks for besides.
func (d *draft) ask(r Rule) {
	switch r.Action {
	case types.WatchActionRebuild:
		d.work.Rebuild = true
	case types.WatchActionRestart, types.WatchActionSyncRestart:
		d.work.Restart = true
	case types.WatchActionSyncExec:
		d.work.Exec = append(d.work.Exec, r.Exec)
	case types.WatchActionSync:
	}
}

func (d *draft) finish() Work {
	w := d.work
	for _, target := range slices.Sorted(maps.Keys(d.copies)) {
		w.Copy = append(w.Copy, Mapping{d.copies[target], target})
	}
	for _, target := range slices.Sorted(maps.Keys(d.deletes)) {
		last := len(w.Delete) - 1
		if last >= 0 && strings.HasPrefix(target, w.Delete[last]+"/") {
			continue // it goes with the folder
		}
		w.Delete = append(w.Delete, target)
	}
	w.Prune = slices.SortedFunc(maps.Keys(d.prunes), func(a, b string) int {
		return cmp.Or(cmp.Compare(strings.Count(b, "/"), strings.Count(a, "/")), cmp.Compare(a, b))
	})
	return w
}
