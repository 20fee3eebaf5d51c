package memory

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/docker/docker/api/types/swarm"

	"github.com/stackctl/stack/state"
)

// place gives tasks that wait for it a place, service by service, as the Swarm's
// scheduler does: where fewest tasks of the service are, and of these where
// fewest are at all.
func (w *world) place(at time.Time) {
	s := w.Swarm
	waiting := s.pending
	s.pending = nil
	slices.SortStableFunc(waiting, func(a, b *task) int {
		return cmp.Or(cmp.Compare(a.service.Spec.Name, b.service.Spec.Name), cmp.Compare(a.Template, b.Template))
	})
	for len(waiting) > 0 {
		first := waiting[0]
		n := slices.IndexFunc(waiting, func(t *task) bool { return t.service != first.service || t.Template != first.Template })
		if n < 0 {
			n = len(waiting)
		}
		w.placeGroup(waiting[:n], at)
		waiting = waiting[n:]
	}
}

// placeGroup places tasks that were made from the same.
func (w *world) placeGroup(group []*task, at time.Time) {
	s, o := w.Swarm, group[0].service
	asked := newDemand(o, group[0].template())
	candidates, reasons := asked.sift(s.Nodes)
	for _, t := range group {
		if t.NodeID != "" {
			n, err := w.node(t.NodeID)
			var why []string
			if err == nil {
				var fit []*node
				fit, why = asked.sift([]*node{n})
				if len(fit) > 0 {
					w.assign(t, n, asked, at)
					continue
				}
			}
			w.wait(t, why, at)
			continue
		}
		n := asked.best(candidates)
		if n == nil {
			w.wait(t, reasons, at)
			continue
		}
		w.assign(t, n, asked, at)
		if fit, _ := asked.sift([]*node{n}); len(fit) == 0 {
			candidates = slices.DeleteFunc(candidates, func(other *node) bool { return other == n })
			if len(candidates) == 0 {
				_, reasons = asked.sift(s.Nodes)
			}
		}
	}
}

// wait leaves a task without a place, and says why.
func (w *world) wait(t *task, reasons []string, at time.Time) {
	text := "no suitable node"
	if len(reasons) > 0 {
		text += " (" + strings.Join(reasons, "; ") + ")"
	}
	if t.Error != text {
		t.Error, t.Since = text, at
		w.Swarm.changed(t.service)
	}
	w.Swarm.pending = append(w.Swarm.pending, t)
}

// assign gives a task a place.
func (w *world) assign(t *task, n *node, asked *demand, at time.Time) {
	t.NodeID, t.node, t.Error = n.ID, n, ""
	t.Ports = asked.publish(n)
	n.take(t)
	asked.note(n)
	w.become(t, swarm.TaskStateAssigned, "scheduler assigned task to node", at)
	w.touch(t)
}

// demand is what the tasks of a service ask of a node.
type demand struct {
	service      *service
	cpus, memory int64
	constraints  []string
	spread       []string // labels over whose values the tasks are spread
	spreads      map[string]int
	maxPerNode   int
	ports        []swarm.PortConfig // of the host
}

func newDemand(o *service, made *template) *demand {
	d := &demand{service: o, spreads: map[string]int{}}
	if r := made.Task.Resources; r != nil && r.Reservations != nil {
		d.cpus, d.memory = r.Reservations.NanoCPUs, r.Reservations.MemoryBytes
	}
	if p := made.Task.Placement; p != nil {
		d.constraints = p.Constraints
		d.maxPerNode = int(p.MaxReplicas) //nolint:gosec // a small number
		for _, preference := range p.Preferences {
			if preference.Spread != nil {
				d.spread = append(d.spread, preference.Spread.SpreadDescriptor)
			}
		}
	}
	if made.Endpoint != nil {
		for _, p := range made.Endpoint.Ports {
			if p.PublishMode == swarm.PortConfigPublishModeHost {
				d.ports = append(d.ports, p)
			}
		}
	}
	if len(d.spread) > 0 {
		for _, t := range o.Tasks {
			if t.node != nil && t.wanted() && !t.ended() {
				d.note(t.node)
			}
		}
	}
	return d
}

// sift are the nodes that fit, and why the others do not, the reason of most of
// them first. The words are those of swarmkit's manager/scheduler/filter.go.
func (d *demand) sift(nodes []*node) (fit []*node, reasons []string) {
	filters := d.filters()
	counts := make([]int, len(filters))
next:
	for _, n := range nodes {
		for i, f := range filters {
			if !f.fits(n) {
				counts[i]++
				continue next
			}
		}
		fit = append(fit, n)
	}
	order := slices.Collect(func(yield func(int) bool) {
		for i := range filters {
			if counts[i] > 0 && !yield(i) {
				return
			}
		}
	})
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(counts[b], counts[a]) })
	for _, i := range order {
		reasons = append(reasons, filters[i].explain(counts[i]))
	}
	return fit, reasons
}

type filter struct {
	fits    func(*node) bool
	one     string // what is said of one node that does not fit
	several string // and of several
}

func (f filter) explain(count int) string {
	if count == 1 {
		return f.one
	}
	if strings.Contains(f.several, "%d") {
		return fmt.Sprintf(f.several, count)
	}
	return f.several
}

func (d *demand) filters() []filter {
	return []filter{
		{
			func(n *node) bool { return n.State == nodeReady && n.Availability == nodeActive },
			"1 node not available for new tasks", "%d nodes not available for new tasks",
		},
		{
			func(n *node) bool { return d.cpus <= n.NanoCPUs-n.cpus && d.memory <= n.Memory-n.memory },
			"insufficient resources on 1 node", "insufficient resources on %d nodes",
		},
		{
			func(n *node) bool { return n.Meets(d.constraints) },
			"scheduling constraints not satisfied on 1 node", "scheduling constraints not satisfied on %d nodes",
		},
		{
			d.portsFree,
			"host-mode port already in use on 1 node", "host-mode port already in use on %d nodes",
		},
		{
			func(n *node) bool { return d.maxPerNode == 0 || n.active[d.service.ID] < d.maxPerNode },
			"max replicas per node limit exceed", "max replicas per node limit exceed",
		},
	}
}

// best is the node where a task is best put, nil where there is none.
func (d *demand) best(candidates []*node) *node {
	var best *node
	for _, n := range candidates {
		if best == nil || d.compare(n, best) < 0 {
			best = n
		}
	}
	return best
}

func (d *demand) compare(a, b *node) int {
	at := ""
	for _, descriptor := range d.spread {
		if c := cmp.Compare(d.spreads[at+a.group(descriptor)], d.spreads[at+b.group(descriptor)]); c != 0 {
			return c
		}
		at += a.group(descriptor)
	}
	return cmp.Or(cmp.Compare(a.active[d.service.ID], b.active[d.service.ID]), cmp.Compare(len(a.running), len(b.running)))
}

// note counts a task of the service on a node.
func (d *demand) note(n *node) {
	at := ""
	for _, descriptor := range d.spread {
		at += n.group(descriptor)
		d.spreads[at]++
	}
}

// group is the node's value of a label that tasks are spread over.
func (n *node) group(descriptor string) string {
	return "\x00" + n.Labels[strings.TrimPrefix(descriptor, "node.labels.")]
}

func (d *demand) portsFree(n *node) bool {
	for _, p := range d.ports {
		if p.PublishedPort != 0 && n.publishes(p) {
			return false
		}
	}
	return true
}

func (n *node) publishes(p swarm.PortConfig) bool {
	for _, t := range n.running {
		for _, taken := range t.Ports {
			if taken.PublishedPort == int(p.PublishedPort) && taken.Protocol == protocol(p) {
				return true
			}
		}
	}
	return false
}

func protocol(p swarm.PortConfig) string { return cmp.Or(string(p.Protocol), "tcp") }

// publish are a task's ports of a node.
func (d *demand) publish(n *node) []state.Port {
	var ports []state.Port
	for _, p := range d.ports {
		for next := uint32(firstEphemeral); p.PublishedPort == 0; next++ {
			if try := (swarm.PortConfig{PublishedPort: next, Protocol: p.Protocol}); !n.publishes(try) {
				p = swarm.PortConfig{PublishedPort: next, Protocol: p.Protocol, TargetPort: p.TargetPort}
			}
		}
		ports = append(ports, state.Port{
			HostIP: "0.0.0.0", PublishedPort: int(p.PublishedPort), TargetPort: int(p.TargetPort), Protocol: protocol(p),
		})
	}
	return ports
}
