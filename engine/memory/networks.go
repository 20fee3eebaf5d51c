package memory

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

// network is a network.
type network struct {
	ID         string
	Name       string
	Driver     string
	Labels     map[string]string
	Config     types.NetworkConfig
	Subnets    []subnet
	Predefined bool // bridge, host and none are there before all else
}

type networks struct{ *Memory }

// CreateNetwork creates a network.
func (m networks) CreateNetwork(ctx context.Context, spec state.NetworkSpec) error {
	err := m.update(ctx, func(w *world, _ time.Time) error {
		if n, err := w.network(spec.Config.Name); err == nil {
			return fmt.Errorf("a network of that name exists already: %s: %w", n.ID, engine.ErrConflict)
		}
		subnets, err := w.subnets(spec.Config.Ipam)
		if err != nil {
			return err
		}
		n := &network{
			ID: w.id("network"), Name: spec.Config.Name, Driver: cmp.Or(spec.Config.Driver, w.defaultDriver()),
			Labels: maps.Clone(spec.Labels), Subnets: subnets, Config: spec.Config,
		}
		w.Networks[n.ID] = n
		return nil
	})
	if err != nil {
		return fmt.Errorf("create network %s: %w", spec.Config.Name, err)
	}
	return nil
}

// RemoveNetwork removes a network that no running container uses.
func (m networks) RemoveNetwork(ctx context.Context, key string) error {
	err := m.update(ctx, func(w *world, _ time.Time) error {
		n, err := w.network(key)
		if err != nil {
			return nil // what is absent needs no removal
		}
		if n.Predefined {
			return fmt.Errorf("%s is a pre-defined network and cannot be removed", n.Name)
		}
		if err := w.unusedByServices(n); err != nil {
			return err
		}
		for _, c := range w.sorted() {
			if c.Running() && c.in(n) {
				return fmt.Errorf("it has active endpoints, container %s's: %w", c.Name, engine.ErrConflict)
			}
		}
		delete(w.Networks, n.ID)
		return nil
	})
	if err != nil {
		return fmt.Errorf("remove network %s: %w", key, err)
	}
	return nil
}

// ConnectNetwork attaches a container to a network that it is not in yet.
func (m networks) ConnectNetwork(ctx context.Context, container string, attachment state.Attachment) error {
	err := m.update(ctx, func(w *world, _ time.Time) error {
		c, err := w.container(container)
		if err != nil {
			return err
		}
		n, err := w.network(attachment.Network)
		if err != nil || c.Joined[n.Name] != nil {
			return err
		}
		if !c.bridged() {
			return fmt.Errorf("a container whose network mode is %s cannot be in another network", c.NetworkMode)
		}
		j := place(attachment)
		if c.Running() {
			if err := w.lease(n, j); err != nil {
				return err
			}
		}
		c.Joined[n.Name] = j
		return nil
	})
	if err != nil {
		return fmt.Errorf("connect container %s to network %s: %w", container, attachment.Network, err)
	}
	return nil
}

// DisconnectNetwork takes a container off a network that it is in.
func (m networks) DisconnectNetwork(ctx context.Context, container, key string) error {
	return m.update(ctx, func(w *world, _ time.Time) error {
		c, err := w.container(container)
		if err != nil {
			return nil // what is absent is in no network
		}
		for name, j := range c.Joined {
			if name == key || j.Network == key {
				delete(c.Joined, name)
			}
		}
		return nil
	})
}

// network finds a network by its id or its name.
func (w *world) network(key string) (*network, error) {
	if n, ok := w.Networks[key]; ok {
		return n, nil
	}
	for _, n := range w.Networks {
		if n.Name == key {
			return n, nil
		}
	}
	return nil, fmt.Errorf("network %s: %w", key, engine.ErrNotFound)
}

// join puts a container that is created into its networks: into the first
// only where the engine speaks a version that takes no more.
func (w *world) join(c *container, spec state.ContainerSpec) error {
	attachments := spec.Attachments
	if len(attachments) > 1 && !w.info().CreatesWithAllNetworks() {
		attachments = attachments[:1]
	}
	switch {
	case c.NetworkMode != "":
	case len(attachments) > 0:
		c.NetworkMode = attachments[0].Network
	default:
		c.NetworkMode = "none"
	}
	if len(attachments) == 0 && !strings.HasPrefix(c.NetworkMode, "container:") {
		attachments = []state.Attachment{{Network: strings.Replace(c.NetworkMode, "default", "bridge", 1)}}
	}
	for _, a := range attachments {
		n, err := w.network(a.Network)
		if err != nil {
			return err
		}
		c.Joined[n.Name] = place(a)
	}
	return nil
}

// defaultDriver is that of a network that asks for none.
func (w *world) defaultDriver() string {
	if w.Swarm != nil {
		return "overlay"
	}
	return "bridge"
}

// in is true for a container that has a place in a network.
func (c *container) in(n *network) bool {
	j := c.Joined[n.Name]
	return j != nil && j.Network == n.ID
}

func place(a state.Attachment) *joint {
	j := &joint{Aliases: append([]string(nil), a.Aliases...)}
	if a.Config == nil {
		return j
	}
	for _, address := range []string{a.Config.Ipv4Address, a.Config.Ipv6Address} {
		if address != "" {
			j.Static = append(j.Static, address)
		}
	}
	return j
}

// bridged is true for a container that has a network of its own, so that its
// ports can be published.
func (c *container) bridged() bool {
	return c.NetworkMode != "host" && c.NetworkMode != "none" && !strings.HasPrefix(c.NetworkMode, "container:")
}
