package planner

import (
	"slices"

	"github.com/stackctl/stack/state"
)

// chooseProviders takes the providers to end: all, or those among the services.
func (t *teardown) chooseProviders(services []string, end func(state.Provider) Node) {
	t.endProvider = end
	for _, p := range t.desired.Providers {
		if len(services) == 0 || slices.Contains(services, p.Name) {
			t.providers[p.Name] = p
		}
	}
}

// stopNode and removeNode are how a provider ends.
func (t *teardown) stopNode(p state.Provider) Node {
	ref := state.ProviderRef(p.Name)
	t.change(Change{Ref: ref, Name: p.Name, Action: Update, Reasons: []Reason{{Text: "stops, if it can"}}})
	return Node{ID: ID("stop " + ref.String()), Ref: ref, Group: p.Name, Op: StopProvider{Project: t.desired.Project.Name, Provider: p}}
}

func (t *teardown) removeNode(p state.Provider) Node {
	ref := state.ProviderRef(p.Name)
	t.change(Change{Ref: ref, Name: p.Name, Action: Delete})
	return Node{ID: ID("remove " + ref.String()), Ref: ref, Group: p.Name, Op: RemoveProvider{Project: t.desired.Project.Name, Provider: p}}
}
