package planner

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/stackctl/stack/state"
)

// servicePlan is what becomes of a service.
type servicePlan struct {
	service  state.Service
	replicas []*replicaPlan
	surplus  []slot
	frozen   bool // left as it is
	pending  bool // left as it is until its image is known, or what it gets
	// pendingOn are the providers and models that it waits for.
	pendingOn []string
	files     placement
	filled    ID // the node after which the volume of its files is filled
	// gone are the nodes that remove what is too many.
	gone []ID
}

// replicaPlan is what becomes of one replica.
type replicaPlan struct {
	slot
	action  Action
	reasons []Reason
	// current is the container that is in the slot now and stays in it; nil
	// for one that is created.
	current *state.Container
	// old is the container that current, or a new one, takes the place of.
	old *state.Container
	// leftovers are removed without more ado.
	leftovers []state.Container
	// start is true when current has to be started.
	start bool
	// unpause is true when current is paused and has to go on.
	unpause bool
	// stopped is the node that stops current before it is started, where one is
	// written down already.
	stopped ID
	// hooks is true when current runs and its post_start hooks have to run.
	hooks bool
	// clears is true when old must be removed before the new one is created,
	// as what it holds is replaced too.
	clears bool

	created ID // the node after which the container has its canonical name
	running ID // the node after which it runs
}

// handle is the container that is in the slot in the end.
func (r *replicaPlan) handle() state.Handle {
	switch {
	case r.current != nil:
		return r.current.Handle()
	case r.old != nil && !r.clears:
		return state.Handle{Name: temporaryName(r.name, r.old.ID)}
	}
	return state.Handle{Name: r.name}
}

// canonical is the name of the slot where its container has another one now.
func (r *replicaPlan) canonical() string {
	if r.handle().Name == r.name {
		return ""
	}
	return r.name
}

// temporaryName is what a replacement is called until the container with the
// canonical name is gone. It tells which one it replaces, so that one that was
// left behind is recognised.
func temporaryName(canonical, oldID string) string {
	return canonical + ".next-" + oldID[:min(8, len(oldID))]
}

func (d *draft) decideService(service state.Service) {
	p := &servicePlan{service: service, files: place(d.desired.Project, service, d.index.engine)}
	d.services[service.Name] = p
	wanted, surplus := slotsOf(d.desired.Project, service, d.index.containers[service.Name])
	p.surplus = surplus
	for _, s := range wanted {
		p.replicas = append(p.replicas, d.decideReplica(service, s))
	}
}

func (d *draft) decideReplica(service state.Service, s slot) *replicaPlan {
	r := &replicaPlan{slot: s}
	candidates := s.byFitness()
	if len(candidates) == 0 {
		r.action = Create
		return r
	}
	for i, c := range candidates {
		if len(d.divergence(service, c)) == 0 {
			return d.keep(service, r, c, slices.Delete(slices.Clone(candidates), i, i+1))
		}
	}
	if d.recreate(service) == RecreateNever && !isKeeper(candidates[0]) {
		return d.keep(service, r, candidates[0], candidates[1:])
	}
	r.action = Replace
	r.old, r.leftovers = &candidates[0], candidates[1:]
	r.reasons = d.divergence(service, candidates[0])
	r.clears = len(d.replacedVolumes(candidates[0])) > 0
	return r
}

// keep plans for a slot in which c stays. Another container beside it is what
// a run left that was replacing it.
func (d *draft) keep(service state.Service, r *replicaPlan, c state.Container, others []state.Container) *replicaPlan {
	r.current, r.action = &c, NoOp
	if d.recreate(service) == RecreateNever && len(others) == 0 && !isKeeper(c) {
		r.name = ownName(c) // the file may have another by now
	}
	if len(others) > 0 {
		r.action = Update
		r.reasons = append(r.reasons, Reason{Text: "finishes a replacement that was interrupted"})
		if d.takesOver(service, r, c, others[0]) {
			r.old, others = &others[0], others[1:]
		}
	}
	r.leftovers = others
	if reason := d.startReason(service, r, c); reason.Text != "" {
		r.start, r.action = true, Update
		r.reasons = append(r.reasons, reason)
	}
	if r.hooks = !r.start && r.hooksPending(service, c); r.hooks {
		r.reasons = append(r.reasons, Reason{Text: "its post_start hooks may not have run"})
	}
	if c.Name != r.name {
		r.action = Update
		r.reasons = append(r.reasons, Reason{Field: "name", Old: c.Name, New: r.name, At: writtenAt(service.Where, "container_name")})
	}
	for _, a := range d.missingAttachments(service, c) {
		r.action = Update
		r.reasons = append(r.reasons, Reason{Text: "is not attached to network " + a.Network, At: writtenAt(service.Where, d.networkField(a.Network))})
	}
	for _, n := range d.replacedNetworks(c) {
		r.action = Update
		r.reasons = append(r.reasons, Reason{Text: "network " + n.network.Key + " is replaced", At: writtenAt(service.Where, "networks."+n.network.Key)})
	}
	return r
}

// ownName is the name that a container has, or is to have when what began it is
// finished.
func ownName(c state.Container) string {
	return cmp.Or(c.Labels[state.LabelReplace], strings.TrimSuffix(c.Name, StartingSuffix))
}

// takesOver is true for a container that is kept and has yet to take the place
// of another one in its slot: it has not its name, or, where containers are
// replaced a few at a time, it is not ready while the other one runs.
func (d *draft) takesOver(service state.Service, r *replicaPlan, c, other state.Container) bool {
	if len(d.replacedNetworks(other)) > 0 {
		return false
	}
	config, _ := d.updateConfigOf(service)
	return c.Name != r.name || config != nil && !service.OneShot && other.Running() && !(c.Running() && Meets(c, state.Ready))
}

// startReason says why a container that is kept is to be started; it has no text
// for one that runs, or has done what it is for.
func (d *draft) startReason(service state.Service, r *replicaPlan, c state.Container) Reason {
	if d.policy.NoStart {
		if !c.Running() {
			r.reasons = append(r.reasons, Reason{Text: "is " + string(c.Status)})
		}
		return Reason{}
	}
	switch c.Status {
	case state.StatusCreated:
		return Reason{Text: "was not started"}
	case state.StatusExited:
		if hasCompleted(service, c) {
			return d.rerunReason(service, r, c)
		}
		return Reason{Text: fmt.Sprintf("exited with code %d", c.ExitCode)}
	case state.StatusPaused:
		return d.pausedReason(service, r, c)
	case state.StatusRunning, state.StatusRestarting, state.StatusRemoving, state.StatusDead:
	}
	if !c.Running() {
		return Reason{}
	}
	return d.restartReason(service, c)
}

// pausedReason says why a container that is paused is started again or, in most
// cases, goes on.
func (d *draft) pausedReason(service state.Service, r *replicaPlan, c state.Container) Reason {
	if reason := d.restartReason(service, c); reason.Text != "" || d.excludes(service.Name) {
		return reason
	}
	r.unpause, r.action = true, Update
	r.reasons = append(r.reasons, Reason{Text: "is paused"})
	return Reason{}
}

func (d *draft) recreate(service state.Service) Recreate {
	if d.excludes(service.Name) {
		return RecreateNever
	}
	if len(d.policy.Selected) > 0 && !slices.Contains(d.policy.Selected, service.Name) {
		return d.policy.RecreateDeps
	}
	return d.policy.Recreate
}
