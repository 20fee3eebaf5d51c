package docker

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/volume"
	"github.com/docker/docker/client"

	"github.com/stackctl/stack/state"
)

func (o observer) networks(ctx context.Context, api *client.Client, scope state.Scope) ([]state.ObservedNetwork, error) {
	var list []network.Summary
	if !scope.ContainersOnly {
		var err error
		if list, err = api.NetworkList(ctx, network.ListOptions{Filters: ofProject(scope.Project)}); err != nil {
			return nil, o.translate(err, "list networks of %s", scope.Project)
		}
	}
	keys := slices.Clone(scope.Networks)
	for _, n := range list {
		if keys = append(keys, n.ID); slices.Contains(keys, n.Name) {
			keys = slices.DeleteFunc(keys, func(key string) bool { return key == n.Name }) // it is known by its id
		}
	}
	found, err := gather(ctx, keys, func(ctx context.Context, key string) (state.ObservedNetwork, error) {
		n, err := api.NetworkInspect(ctx, key, network.InspectOptions{})
		if ambiguous(err) { // for a moment: the project's are known by their ids
			if all, listed := o.named(ctx, api, key); listed == nil && len(all) > 0 {
				n, err = all[0], nil
			}
		}
		return describeNetwork(n), err
	})
	if err != nil {
		return nil, o.translate(err, "networks of %s", scope.Project)
	}
	slices.SortFunc(found, func(a, b state.ObservedNetwork) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	found = slices.CompactFunc(found, func(a, b state.ObservedNetwork) bool { return a.ID == b.ID })
	// The engine takes the beginning of an id for a name too.
	return slices.DeleteFunc(found, func(n state.ObservedNetwork) bool {
		return n.Labels[state.LabelProject] != scope.Project && !slices.Contains(scope.Networks, n.Name)
	}), nil
}

func describeNetwork(n network.Inspect) state.ObservedNetwork {
	observed := state.ObservedNetwork{ID: n.ID, Name: n.Name, Driver: n.Driver, Labels: n.Labels, Config: configOf(n)}
	if n.Scope == state.ScopeSwarm {
		observed.Scope = n.Scope
	}
	for id, endpoint := range n.Containers {
		if observed.Containers == nil {
			observed.Containers = map[string]string{}
		}
		observed.Containers[id] = endpoint.Name
	}
	return observed
}

// overlayID is the option that a Swarm notes an overlay's number in.
const overlayID = "com.docker.network.driver.overlay.vxlanid_list"

// configOf is the configuration that creates the network again.
func configOf(n network.Inspect) types.NetworkConfig {
	config := types.NetworkConfig{
		Name: n.Name, Driver: n.Driver, DriverOpts: n.Options, Internal: n.Internal, Attachable: n.Attachable,
		Ipam: types.IPAMConfig{Driver: n.IPAM.Driver, Options: n.IPAM.Options},
	}
	if _, found := n.Options[overlayID]; found { // a Swarm's choice
		config.DriverOpts = maps.Clone(n.Options)
		delete(config.DriverOpts, overlayID)
	}
	if n.EnableIPv6 {
		config.EnableIPv6 = &n.EnableIPv6
	}
	for _, pool := range n.IPAM.Config {
		config.Ipam.Config = append(config.Ipam.Config, &types.IPAMPool{
			Subnet: pool.Subnet, IPRange: pool.IPRange, Gateway: pool.Gateway, AuxiliaryAddresses: pool.AuxAddress,
		})
	}
	return config
}

func (o observer) volumes(ctx context.Context, api *client.Client, scope state.Scope) ([]state.ObservedVolume, error) {
	var list volume.ListResponse
	if !scope.ContainersOnly {
		var err error
		if list, err = api.VolumeList(ctx, volume.ListOptions{Filters: ofProject(scope.Project)}); err != nil {
			return nil, o.translate(err, "list volumes of %s", scope.Project)
		}
	}
	var found []state.ObservedVolume
	listed := map[string]bool{}
	for _, v := range list.Volumes {
		listed[v.Name] = true
		found = append(found, describeVolume(*v))
	}
	named := slices.DeleteFunc(slices.Clone(scope.Volumes), func(name string) bool { return listed[name] })
	more, err := gather(ctx, named, func(ctx context.Context, name string) (state.ObservedVolume, error) {
		v, err := api.VolumeInspect(ctx, name)
		return describeVolume(v), err
	})
	if err != nil {
		return nil, o.translate(err, "volumes of %s", scope.Project)
	}
	found = append(found, more...)
	slices.SortFunc(found, func(a, b state.ObservedVolume) int { return cmp.Compare(a.Name, b.Name) })
	return slices.CompactFunc(found, func(a, b state.ObservedVolume) bool { return a.Name == b.Name }), nil
}

func describeVolume(v volume.Volume) state.ObservedVolume {
	return state.ObservedVolume{
		Name: v.Name, Driver: v.Driver, DriverOpts: v.Options, Labels: v.Labels, Created: parseTime(v.CreatedAt),
		Mountpoint: v.Mountpoint, Scope: v.Scope,
	}
}

func (o observer) images(ctx context.Context, api *client.Client, references []string) (map[string]state.Image, error) {
	type named struct {
		reference string
		image     state.Image
	}
	found, err := gather(ctx, references, func(ctx context.Context, reference string) (named, error) {
		i, err := api.ImageInspect(ctx, reference)
		return named{reference, describeImage(i)}, err
	})
	if err != nil {
		return nil, o.translate(err, "images")
	}
	images := make(map[string]state.Image, len(found))
	for _, f := range found {
		images[f.reference] = f.image
	}
	return images, nil
}

func describeImage(i image.InspectResponse) state.Image {
	described := state.Image{
		ID:       i.ID,
		Created:  parseTime(i.Created),
		LastTag:  i.Metadata.LastTagTime,
		Size:     i.Size,
		Tags:     i.RepoTags,
		Digests:  i.RepoDigests,
		Local:    len(i.RepoDigests) == 0,
		Platform: strings.Trim(i.Os+"/"+i.Architecture+"/"+i.Variant, "/"),
	}
	described.MaybeLocal = slices.ContainsFunc(i.RepoDigests, func(digest string) bool {
		return strings.HasSuffix(digest, "@"+i.ID) // the id is that of the configuration in the stores that tell
	})
	if i.Config != nil {
		described.HasHealth = checks(i.Config.Healthcheck)
		for path := range i.Config.Volumes {
			described.Volumes = append(described.Volumes, path)
		}
		slices.Sort(described.Volumes)
	}
	return described
}

// parseTime reads the engine's times; its zero time and an empty one are zero.
func parseTime(text string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return time.Time{}
	}
	return t
}
