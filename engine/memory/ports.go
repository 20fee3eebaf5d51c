package memory

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

// firstEphemeral is the first host port that the engine chooses from.
const firstEphemeral = 32768

// binding is a port that a container asks for: any of the host's ports from
// First to Last, any at all where First is 0, none where it is Exposed only.
type binding struct {
	state.Port
	First, Last int
	Exposed     bool
}

// bind reads the ports that a container asks for.
func bind(c *container, config types.ServiceConfig) error {
	for _, p := range config.Ports {
		b := binding{Port: state.Port{
			HostIP: cmp.Or(p.HostIP, "0.0.0.0"), TargetPort: int(p.Target), Protocol: cmp.Or(p.Protocol, "tcp"),
		}}
		first, last, ranged := strings.Cut(p.Published, "-")
		var err error
		if p.Published != "" {
			b.First, err = strconv.Atoi(first)
		}
		b.Last = b.First
		if err == nil && ranged {
			b.Last, err = strconv.Atoi(last)
		}
		if err != nil {
			return fmt.Errorf("port %s: %w", p.Published, err)
		}
		c.Bindings = append(c.Bindings, b)
	}
	for _, text := range config.Expose {
		port, protocol, _ := strings.Cut(text, "/")
		number, err := strconv.Atoi(port)
		if err != nil {
			continue // a range: it changes nothing that can be seen
		}
		c.expose(state.Port{TargetPort: number, Protocol: cmp.Or(protocol, "tcp")})
	}
	return nil
}

func (c *container) expose(p state.Port) {
	asked := slices.ContainsFunc(c.Bindings, func(b binding) bool {
		return b.TargetPort == p.TargetPort && b.Protocol == p.Protocol
	})
	if !asked {
		c.Bindings = append(c.Bindings, binding{Port: p, Exposed: true})
	}
}

// publish gives a container its host ports.
func (w *world) publish(c *container) error {
	if !c.bridged() {
		return nil
	}
	for _, b := range c.Bindings {
		p := b.Port
		if !b.Exposed {
			number, err := w.allocate(b)
			if err != nil {
				return fmt.Errorf("driver failed programming external connectivity on endpoint %s: %w", c.Name, err)
			}
			p.PublishedPort = number
		}
		c.Ports = append(c.Ports, p)
	}
	slices.SortFunc(c.Ports, func(a, b state.Port) int {
		return cmp.Or(cmp.Compare(a.TargetPort, b.TargetPort), cmp.Compare(a.Protocol, b.Protocol),
			cmp.Compare(a.PublishedPort, b.PublishedPort), cmp.Compare(a.HostIP, b.HostIP))
	})
	return nil
}

func (w *world) allocate(b binding) (int, error) {
	first, last := b.First, b.Last
	if first == 0 {
		first, last = firstEphemeral, 65535
	}
	for number := first; number <= last; number++ {
		p := b.Port
		p.PublishedPort = number
		if w.publisher(p) == nil {
			return number, nil
		}
	}
	return 0, engine.AboutPart(fmt.Errorf("bind for %s:%d failed: port is already allocated", b.HostIP, first), state.PartPort, strconv.Itoa(first))
}

// publisher is the container that has a host port already.
func (w *world) publisher(p state.Port) *container {
	for _, c := range w.Containers {
		for _, o := range c.Ports {
			if o.PublishedPort == p.PublishedPort && o.Protocol == p.Protocol && overlap(o.HostIP, p.HostIP) {
				return c
			}
		}
	}
	return nil
}

func overlap(a, b string) bool {
	return a == b || a == "0.0.0.0" || b == "0.0.0.0" || a == "::" || b == "::"
}
