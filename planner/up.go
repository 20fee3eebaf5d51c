package planner

import (
	"errors"
	"slices"
	"strings"

	"github.com/hashicorp/go-multierror"

	"github.com/stackctl/stack/dag"
	"github.com/stackctl/stack/state"
)

// Up plans to make what is observed what is desired. It returns an error for
// what no plan can mend: an external network or volume that is not there, or
// services that wait for each other.
func Up(desired state.Desired, observed state.Observed, policy UpPolicy) (Plan, error) {
	if observed.Engine.Swarm() {
		return swarmUp(desired, observed, policy)
	}
	d := newDraft(desired, observed, policy)
	d.decideSupplies()
	if err := d.supplyServices(); err != nil {
		return Plan{}, err
	}
	order, err := serviceOrder(d.desired.Services)
	if err != nil {
		return Plan{}, err
	}
	d.checkNeeds(observed.Engine)
	d.decideNetworks()
	d.decideVolumes()
	for _, service := range order {
		d.decideService(service)
	}
	d.freeze()
	d.addImages()
	d.addVolumes()
	d.addFilesVolumes()
	d.addNetworks()
	for _, service := range order {
		d.addService(d.services[service.Name])
	}
	d.addSupplies()
	d.addOrphans()
	d.removeFilesVolumes()
	d.addNetworkMoves()
	d.addNetworkUndo()
	d.addWaits()
	d.addPending()
	return d.plan()
}

// draft is a plan while it is drawn up: what becomes of each resource is
// decided first, in dependency order, and then written down as nodes.
type draft struct {
	desired  state.Desired
	model    state.Desired // where it is written
	policy   UpPolicy
	index    index
	nodes    nodeSet
	services map[string]*servicePlan
	networks map[string]*networkPlan   // by key
	volumes  map[string]*volumePlan    // by key
	images   map[string]ID             // the nodes that bring them
	supplies map[string]*supply        // by the text of their refs
	provided map[string]state.Provided // by ref
	given    map[string][]string       // names of the variables that services are given, by service
	ran      map[string]ID             // the nodes that run providers before their dependents, by service
	detached map[string]bool           // ids of the containers that are taken off a network
	rollouts []Rollout
	changes  []Change
	warnings []string
	consents []Consent
	pending  []Pending
	errs     *multierror.Error
}

func newDraft(desired state.Desired, observed state.Observed, policy UpPolicy) *draft {
	return &draft{
		desired:  desired,
		model:    desired,
		policy:   policy,
		index:    newIndex(observed),
		services: map[string]*servicePlan{},
		networks: map[string]*networkPlan{},
		volumes:  map[string]*volumePlan{},
		images:   map[string]ID{},
		detached: map[string]bool{},
		supplies: map[string]*supply{},
		provided: observed.Provided,
		given:    map[string][]string{},
	}
}

func (d *draft) change(c Change) { d.changes = append(d.changes, c) }

// fail notes what no plan can mend.
func (d *draft) fail(err error) { d.errs = multierror.Append(d.errs, err) }

func (d *draft) plan() (Plan, error) {
	if err := d.errs.ErrorOrNil(); err != nil {
		return Plan{}, err
	}
	nodes, err := d.nodes.sorted()
	if err != nil {
		return Plan{}, err
	}
	d.locate(nodes)
	slices.SortFunc(d.changes, func(a, b Change) int {
		if c := a.Ref.Compare(b.Ref); c != 0 {
			return c
		}
		return strings.Compare(a.Name, b.Name)
	})
	slices.Sort(d.warnings)
	slices.SortFunc(d.consents, func(a, b Consent) int { return a.Ref.Compare(b.Ref) })
	return Plan{
		Project:  d.desired.Project.Name,
		Changes:  d.changes,
		Nodes:    nodes,
		Rollouts: d.rollouts,
		Warnings: slices.Compact(d.warnings),
		Consents: d.consents,
		Pending:  d.pending,
	}, nil
}

// serviceOrder returns the services so that each comes after those it depends
// on. Dependencies on services that are not wanted now are no edges.
func serviceOrder(services []state.Service) ([]state.Service, error) {
	g := dag.New[string]()
	byName := map[string]state.Service{}
	for _, s := range services {
		g.Add(s.Name)
		byName[s.Name] = s
	}
	for _, s := range services {
		for _, dependency := range s.DependsOn {
			if g.Has(dependency.Service) {
				g.Edge(s.Name, dependency.Service)
			}
		}
	}
	names, err := g.Order()
	if err != nil {
		var cycle *dag.CycleError[string]
		if errors.As(err, &cycle) {
			return nil, errors.New("services wait for each other: " + strings.Join(cycle.Path, " → "))
		}
		return nil, err
	}
	ordered := make([]state.Service, len(names))
	for i, name := range names {
		ordered[i] = byName[name]
	}
	return ordered, nil
}
