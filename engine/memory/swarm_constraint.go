package memory

import (
	"strings"

	"github.com/docker/docker/api/types/swarm"
)

// constraint is what a node has to be, or not to be.
type constraint struct {
	key   string
	value string
	not   bool
}

// parseConstraints reads node.hostname==node2, node.labels.zone!=a, and so on.
func parseConstraints(texts []string) []constraint {
	var all []constraint
	for _, text := range texts {
		c := constraint{}
		var found bool
		if c.key, c.value, found = strings.Cut(text, "!="); found {
			c.not = true
		} else {
			c.key, c.value, _ = strings.Cut(text, "==")
		}
		c.key, c.value = strings.TrimSpace(c.key), strings.TrimSpace(c.value)
		all = append(all, c)
	}
	return all
}

// meets is true for a node that satisfies the constraints of a placement.
func (n *node) meets(p *swarm.Placement) bool {
	return p == nil || n.satisfies(parseConstraints(p.Constraints))
}

func (n *node) satisfies(constraints []constraint) bool {
	for _, c := range constraints {
		if strings.EqualFold(n.is(c.key), c.value) == c.not {
			return false
		}
	}
	return true
}

// is what a node is, of what a constraint can ask for. What it has no label for
// is empty.
func (n *node) is(key string) string {
	switch {
	case strings.EqualFold(key, "node.id"):
		return n.ID
	case strings.EqualFold(key, "node.hostname"):
		return n.Name
	case strings.EqualFold(key, "node.ip"):
		return n.Address
	case strings.EqualFold(key, "node.role") && n.Manager:
		return string(swarm.NodeRoleManager)
	case strings.EqualFold(key, "node.role"):
		return string(swarm.NodeRoleWorker)
	case strings.EqualFold(key, "node.platform.os"):
		return n.OS
	case strings.EqualFold(key, "node.platform.arch"):
		return n.Arch
	}
	return n.Labels[strings.TrimPrefix(key, "node.labels.")]
}
