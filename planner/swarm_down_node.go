package planner

import (
	"maps"
	"slices"

	"github.com/docker/docker/api/types/mount"

	"github.com/stackctl/stack/state"
)

// removeVolumes removes the project's volumes of the node that answers. A Swarm
// does not reach those of the others.
func (d *swarmTeardown) removeVolumes() {
	uses := map[string]map[string]bool{}
	for key, s := range d.heldAll() {
		if container := s.Spec.TaskTemplate.ContainerSpec; container != nil {
			for _, m := range container.Mounts {
				note(uses, m.Source, key)
			}
		}
	}
	project := d.desired.Project.Name
	for _, v := range d.observed.Volumes {
		external := slices.ContainsFunc(d.model.Volumes, func(w state.Volume) bool { return w.External && w.Config.Name == v.Name })
		if external || v.Labels[state.LabelNamespace] != project && v.Labels[state.LabelProject] != project {
			continue
		}
		ref := state.VolumeRef(keyOf(d.desired.Project, v.Name, d.model.Volumes,
			func(v state.Volume) (string, string) { return v.Key, v.Config.Name }))
		after, stays := d.users(uses[v.Name])
		if stays != "" {
			d.stays(ref, v.Name, stays)
			continue
		}
		d.change(Change{Ref: ref, Name: v.Name, Action: Delete})
		d.nodes.add(Node{
			ID: ID("remove volume " + v.Name), Ref: ref, Group: "volumes", After: append(after, d.leftover...), Op: RemoveVolume{Name: v.Name},
		})
	}
	if d.observed.Engine.Nodes > 1 && d.hasVolumes() {
		d.warnings = append(d.warnings, "volumes of other nodes stay, for a Swarm does not reach them: `docker volume rm` on each node removes them")
	}
}

// hasVolumes is true if the project has volumes that may be on other nodes, as far
// as the file, its services and this node tell.
func (d *swarmTeardown) hasVolumes() bool {
	names := map[string]bool{} // of volumes, and whether they are the project's
	for _, v := range d.observed.Volumes {
		names[v.Name] = v.Labels[state.LabelNamespace] == d.desired.Project.Name || v.Labels[state.LabelProject] == d.desired.Project.Name
	}
	for _, s := range d.heldAll() {
		if container := s.Spec.TaskTemplate.ContainerSpec; container != nil {
			for _, m := range container.Mounts {
				if m.Type == mount.TypeVolume && m.Source != "" {
					names[m.Source] = true
				}
			}
		}
	}
	for _, v := range d.model.Volumes {
		names[v.Config.Name] = !v.External
	}
	return slices.Contains(slices.Collect(maps.Values(names)), true)
}

// removeImages removes the images of the model's services from the node that
// answers: all of them, or those that are built and have no name of their own.
func (d *swarmTeardown) removeImages(policy string) {
	if policy == "" {
		return
	}
	uses := map[string]map[string]bool{}
	for _, s := range d.model.Services {
		local := s.Build != nil && !named(d.desired.Project, s)
		if _, there := d.index.images[s.Config.Image]; there && (policy == "all" || local) {
			note(uses, s.Config.Image, s.Name)
		}
	}
	for image, services := range uses {
		after := slices.Clone(d.leftover)
		for key := range services {
			after = append(after, d.gone[key])
		}
		ref := state.ImageRef(image)
		d.change(Change{Ref: ref, Name: image, Action: Delete})
		d.nodes.add(Node{ID: ID("remove image " + image), Ref: ref, Group: "images", After: after, Op: RemoveImage{Image: image}})
	}
}
