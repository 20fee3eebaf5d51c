package planner

import (
	"slices"
	"strings"

	"github.com/stackctl/stack/dag"
	"github.com/stackctl/stack/state"
)

// supply is a provider or a model, and what becomes of it.
type supply struct {
	ref       state.Ref
	dependsOn []state.Dependency
	op        Operation
	reason    string   // to bring it up
	known     bool     // it is up, and so is known what it gives
	excluded  bool     // the policy is for other services
	pending   bool     // something that it depends on is
	pendingOn []string // the providers among that
}

// decideSupplies finds the providers and models, by the text of their refs.
func (d *draft) decideSupplies() {
	for _, p := range d.desired.Providers {
		d.addSupply(&supply{
			ref: state.ProviderRef(p.Name), dependsOn: p.DependsOn, reason: "runs the provider " + p.Config.Provider.Type,
			op: RunProvider{Project: d.desired.Project.Name, Provider: p},
		})
	}
	for _, m := range d.desired.Models {
		d.addSupply(&supply{
			ref: state.ModelRef(m.Key), reason: "pulls " + m.Config.Model + " where it is not here, and configures it",
			op: ConfigureModel{Model: m},
		})
	}
}

func (d *draft) addSupply(s *supply) {
	_, s.known = d.provided[s.ref.String()]
	d.supplies[s.ref.String()] = s
}

// users is the graph from what is used to its users: services by name,
// providers and models by the text of their refs. Services that mount a volume
// which is replaced use each other: it is free when none of them has it.
func (d *draft) users() *dag.Graph[string] {
	g := dag.New[string]()
	uses := func(name string, dependencies []state.Dependency) {
		g.Add(name)
		for _, dependency := range dependencies {
			provider := state.ProviderRef(dependency.Service).String()
			switch {
			case d.services[dependency.Service] != nil:
				g.Edge(name, dependency.Service)
			case d.supplies[provider] != nil:
				g.Edge(name, provider)
			}
		}
	}
	for name, p := range d.services {
		uses(name, p.service.DependsOn)
		for key := range p.service.Config.Models {
			if model := state.ModelRef(key).String(); d.supplies[model] != nil {
				g.Edge(name, model)
			}
		}
	}
	for name, s := range d.supplies {
		uses(name, s.dependsOn)
	}
	for _, v := range d.volumes {
		if v.action == Replace {
			for _, name := range d.mounting(v) {
				g.Edge(name, d.mounting(v)[0])
				g.Edge(d.mounting(v)[0], name)
			}
		}
	}
	return g.Reverse()
}

// addSupplies writes down what brings providers and models up. The services
// that they depend on are written down already.
func (d *draft) addSupplies() {
	for name, s := range d.supplies {
		change := Change{Ref: s.ref, Name: s.ref.Name, Action: NoOp}
		switch {
		case s.known || s.excluded:
		case s.pending:
			change.Reasons = []Reason{pendingReason(s.pendingOn)}
		default:
			change.Action, change.Reasons = Update, []Reason{{Text: s.reason}}
			after, settled := d.dependencies(state.Service{DependsOn: s.dependsOn})
			d.nodes.add(Node{
				ID: ID("run " + name), Ref: s.ref, Group: s.ref.Name, Op: s.op, Reason: s.reason, After: after, Settled: settled,
			})
		}
		d.change(change)
	}
}

// pendingReason says what has to be known before something can be planned: the
// images, where nothing else is named.
func pendingReason(on []string) Reason {
	if len(on) == 0 {
		return Reason{Text: "planned once its images are known"}
	}
	slices.Sort(on)
	return Reason{Text: "planned once it is known what " + strings.Join(slices.Compact(on), " and ") + " gives"}
}
