package swarm

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/swarm"
	"github.com/docker/docker/api/types/volume"
	"github.com/docker/docker/client"
	"golang.org/x/sync/errgroup"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

type observer struct {
	engine.Observer // the manager's own
	*manager
}

// Info returns the manager's version, and how many nodes the Swarm has.
func (o observer) Info(ctx context.Context) (state.EngineInfo, error) {
	api, err := o.reach(ctx)
	if err != nil {
		return state.EngineInfo{}, err
	}
	info, err := o.Observer.Info(ctx)
	if err != nil {
		return state.EngineInfo{}, err
	}
	nodes, err := api.NodeList(ctx, swarm.NodeListOptions{})
	return swarmInfo(info, len(nodes)), o.Translate(err, "list nodes")
}

func swarmInfo(own state.EngineInfo, nodes int) state.EngineInfo {
	own.Name, own.Nodes = "swarm", nodes
	return own
}

// Observe takes one snapshot: of the Swarm, and of images, volumes and
// containers that the manager's machine has of the project.
func (o observer) Observe(ctx context.Context, scope state.Scope) (state.Observed, error) {
	api, err := o.reach(ctx)
	if err != nil {
		return state.Observed{}, err
	}
	own := scope
	own.Networks, own.ContainersOnly = nil, true
	var (
		observed state.Observed
		seen     view
		volumes  []state.ObservedVolume
		inputs   [2][]state.ObservedInput
	)
	all, ctx := errgroup.WithContext(ctx)
	all.Go(func() error { return o.lookWithNetworks(ctx, api, scope.Project, &seen) })
	all.Go(func() (err error) { seen.nodes, err = o.nodes(ctx, api); return err })
	all.Go(func() (err error) { observed, err = o.Observer.Observe(ctx, own); return err })
	all.Go(func() (err error) { volumes, err = o.volumes(ctx, api, scope); return err })
	all.Go(func() (err error) { inputs[0], err = o.configs(ctx, api, scope); return err })
	all.Go(func() (err error) { inputs[1], err = o.secrets(ctx, api, scope); return err })
	if err := all.Wait(); err != nil {
		return state.Observed{}, err
	}
	observed.Engine = swarmInfo(observed.Engine, len(seen.nodes))
	observed.Cluster = seen.cluster(scope)
	observed.Networks = seen.networksOf(scope)
	observed.Volumes = together(observed.Volumes, volumes)
	observed.Inputs = slices.Concat(inputs[0], inputs[1])
	for _, n := range seen.nodes {
		observed.Nodes = append(observed.Nodes, describeNode(n, o.self()))
	}
	slices.SortFunc(observed.Nodes, func(a, b state.Node) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	return observed, nil
}

// lookWithNetworks looks at services and tasks, and at networks after them: where
// no leader answers, a list of networks has not those of the Swarm, and does not
// say so.
func (o observer) lookWithNetworks(ctx context.Context, api *client.Client, project string, v *view) (err error) {
	if err := o.look(ctx, api, project, v); err != nil {
		return err
	}
	if v.networks, err = o.AllNetworks(ctx); err != nil {
		return err
	}
	v.names = networkNames(v.networks)
	return o.identify(ctx, api, v)
}

// volumes are those that the project's tasks have made on this machine.
func (o observer) volumes(ctx context.Context, api *client.Client, scope state.Scope) ([]state.ObservedVolume, error) {
	if scope.ContainersOnly {
		return nil, nil
	}
	list, err := api.VolumeList(ctx, volume.ListOptions{Filters: ofProject(scope.Project)})
	if err != nil || len(list.Volumes) == 0 {
		return nil, o.Translate(err, "list volumes of %s", scope.Project)
	}
	named := state.Scope{Project: scope.Project, ContainersOnly: true}
	for _, v := range list.Volumes {
		named.Volumes = append(named.Volumes, v.Name)
	}
	found, err := o.Observer.Observe(ctx, named)
	return found.Volumes, err
}

// together are both lists without what is in them twice, by name.
func together(a, b []state.ObservedVolume) []state.ObservedVolume {
	byName := map[string]state.ObservedVolume{}
	for _, v := range slices.Concat(a, b) {
		byName[v.Name] = v
	}
	var all []state.ObservedVolume
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		all = append(all, byName[name])
	}
	return all
}

func (m *manager) nodes(ctx context.Context, api *client.Client) (map[string]swarm.Node, error) {
	list, err := api.NodeList(ctx, swarm.NodeListOptions{})
	nodes := make(map[string]swarm.Node, len(list))
	for _, n := range list {
		nodes[n.ID] = n
	}
	return nodes, m.Translate(err, "list nodes")
}

func describeNode(n swarm.Node, self string) state.Node {
	return state.Node{
		ID:           n.ID,
		Name:         n.Description.Hostname,
		Address:      n.Status.Addr,
		Manager:      n.Spec.Role == swarm.NodeRoleManager,
		Self:         n.ID == self,
		State:        string(n.Status.State),
		Availability: string(n.Spec.Availability),
		Labels:       n.Spec.Labels,
		EngineLabels: n.Description.Engine.Labels,
		Version:      n.Description.Engine.EngineVersion,
		OS:           n.Description.Platform.OS,
		Arch:         n.Description.Platform.Architecture,
	}
}

func ofProject(project string) filters.Args {
	return filters.NewArgs(filters.Arg("label", state.LabelNamespace+"="+project))
}
