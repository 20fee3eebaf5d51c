package planner

import (
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackctl/stack/state"
)

// A files volume holds configs and secrets that cannot be written into a
// container. Its name tells its content, so another content is another volume.
// It is no data of the user's: it is made and removed without asking.

// mountsFrom is true for a container that mounts a volume or, as older engines
// have it, a path in it.
func mountsFrom(c state.Container, volume string) bool {
	return slices.ContainsFunc(c.Mounts, func(m state.Mount) bool {
		return m.Name == volume || m.Type == types.VolumeTypeBind && slices.Contains(strings.Split(m.Source, "/"), volume)
	})
}

// filesVolumes are the project's files volumes that the engine holds. One that
// the compose file names is the user's, whatever its labels say.
func (x index) filesVolumes(desired state.Desired) []state.ObservedVolume {
	var found []state.ObservedVolume
	for _, v := range x.volumes {
		named := slices.ContainsFunc(desired.Volumes, func(n state.Volume) bool { return n.Config.Name == v.Name })
		if v.Labels[state.LabelStackFiles] != "" && v.Labels[state.LabelProject] == desired.Project.Name && !named {
			found = append(found, v)
		}
	}
	slices.SortFunc(found, func(a, b state.ObservedVolume) int { return strings.Compare(a.Name, b.Name) })
	return found
}

// filesRef names a files volume: web.files-0123456789ab.
func filesRef(project, volume string) state.Ref {
	return state.VolumeRef(strings.TrimPrefix(volume, project+"_"))
}

// addFilesVolumes fills the volumes that containers are about to use. Those
// that a container has were filled before it was created.
func (d *draft) addFilesVolumes() {
	for _, service := range d.desired.Services {
		p := d.services[service.Name]
		name := p.files.volume
		if name == "" || p.frozen || !p.usesFilesVolume() {
			continue
		}
		ref := filesRef(d.desired.Project.Name, name)
		_, there := d.index.volumes[name]
		if there && slices.ContainsFunc(d.index.all, func(c state.Container) bool { return mountsFrom(c, name) }) {
			d.change(Change{Ref: ref, Name: name, Action: NoOp})
			continue
		}
		change := Change{Ref: ref, Name: name, Action: Create}
		reason := ""
		if there {
			change.Action, reason = Update, "may not have been filled"
			change.Reasons = []Reason{{Text: reason}}
		}
		d.change(change)
		spec := state.FilesVolume{Image: service.Image(), Platform: service.Config.Platform, Files: p.files.stored}
		spec.Volume.Config.Name = name
		spec.Volume.Labels = map[string]string{
			state.LabelProject: d.desired.Project.Name, state.LabelStackFiles: service.Name, state.LabelVersion: composeVersion,
		}
		p.filled = d.nodes.add(Node{
			ID: ID("volume " + ref.Name), Ref: ref, Group: "volumes", Reason: reason,
			After: []ID{d.images[service.Image()]}, Op: WriteVolume{Spec: spec},
		})
	}
}

// usesFilesVolume is true when a container that mounts the volume is created,
// or stays.
func (p *servicePlan) usesFilesVolume() bool {
	return slices.ContainsFunc(p.replicas, func(r *replicaPlan) bool {
		return r.current == nil || mountsFrom(*r.current, p.files.volume)
	})
}

// removeFilesVolumes removes the files volumes that no container has when the
// plan is carried out.
func (d *draft) removeFilesVolumes() {
	removals := d.nodes.removals()
	for _, v := range d.index.filesVolumes(d.desired) {
		if p := d.services[v.Labels[state.LabelStackFiles]]; p != nil && (p.frozen || p.files.volume == v.Name && p.usesFilesVolume()) {
			continue
		}
		d.removeFilesVolume(v, "has files that no container uses", func(c state.Container) ID { return removals[c.ID] })
	}
}

// removeFilesVolume removes a volume after all containers that have it, unless
// one of them stays.
func (d *draft) removeFilesVolume(v state.ObservedVolume, reason string, removal func(state.Container) ID) {
	ref := filesRef(d.desired.Project.Name, v.Name)
	var after []ID
	for _, c := range d.index.all {
		if !mountsFrom(c, v.Name) {
			continue
		}
		id := removal(c)
		if id == "" {
			d.change(Change{Ref: ref, Name: v.Name, Action: NoOp})
			return
		}
		after = append(after, id)
	}
	change := Change{Ref: ref, Name: v.Name, Action: Delete}
	if reason != "" {
		change.Reasons = []Reason{{Text: reason}}
	}
	d.change(change)
	d.nodes.add(Node{
		ID: ID("remove volume " + ref.Name), Ref: ref, Group: "volumes", Reason: reason, After: after,
		Op: RemoveVolume{Name: v.Name},
	})
}

// removals are the nodes that remove containers, by the containers' ids.
func (s *nodeSet) removals() map[string]ID {
	found := map[string]ID{}
	for id, node := range s.byID {
		if remove, is := node.Op.(RemoveContainer); is && remove.Container.ID != "" {
			found[remove.Container.ID] = id
		}
	}
	return found
}
