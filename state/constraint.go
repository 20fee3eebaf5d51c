package state

import (
	"net/netip"
	"strings"
)

// Meets is true for a node that meets all placement constraints, each of which is
// KEY==VALUE or KEY!=VALUE, by the rules of the Swarm's own scheduler (SwarmKit,
// constraint.NodeMatches): in whatever case, but for the names of labels.
func (n Node) Meets(constraints []string) bool {
	for _, constraint := range constraints {
		if !n.meets(constraint) {
			return false
		}
	}
	return true
}

func (n Node) meets(constraint string) bool {
	key, value, equal := strings.Cut(constraint, "==")
	if !equal {
		var differs bool
		if key, value, differs = strings.Cut(constraint, "!="); !differs {
			return false
		}
	}
	key, value = strings.TrimSpace(key), strings.TrimSpace(value)
	if strings.EqualFold(key, "node.ip") {
		within, known := isWithin(n.Address, value)
		return known && within == equal
	}
	found, known := n.property(key)
	return known && equal == strings.EqualFold(found, value)
}

// isWithin is true for an address that is the other one, or in that subnet. What
// is neither is not known. An address that cannot be read is no other's.
func isWithin(address, value string) (within, known bool) {
	own, err := netip.ParseAddr(address)
	readable := err == nil
	if other, err := netip.ParseAddr(value); err == nil {
		return readable && own.Unmap() == other.Unmap(), true
	}
	if subnet, err := netip.ParsePrefix(value); err == nil {
		return readable && subnet.Contains(own.Unmap()), true
	}
	return false, false
}

// property is what a constraint compares, if there is such a thing. An absent
// label is empty.
func (n Node) property(key string) (value string, known bool) {
	switch strings.ToLower(key) {
	case "node.id":
		return n.ID, true
	case "node.hostname":
		return n.Name, true
	case "node.role":
		if n.Manager {
			return "manager", true
		}
		return "worker", true
	case "node.platform.os":
		return n.OS, true
	case "node.platform.arch":
		return n.Arch, true
	}
	if label, is := labelOf(key, "node.labels."); is {
		return n.Labels[label], true
	}
	if label, is := labelOf(key, "engine.labels."); is {
		return n.EngineLabels[label], true
	}
	return "", false
}

func labelOf(key, prefix string) (label string, is bool) {
	if len(key) <= len(prefix) || !strings.EqualFold(key[:len(prefix)], prefix) {
		return "", false
	}
	return key[len(prefix):], true
}
