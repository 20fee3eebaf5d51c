package planner

import (
	"slices"

	"github.com/stackctl/stack/state"
)

func (t *teardown) addVolumes(volumes []state.ObservedVolume, declared []state.Volume) {
	for _, v := range volumes {
		if v.Labels[state.LabelStackFiles] != "" {
			continue // goes without asking
		}
		external := slices.ContainsFunc(declared, func(d state.Volume) bool { return d.External && d.Config.Name == v.Name })
		if external || v.Labels[state.LabelProject] != t.desired.Project.Name {
			continue
		}
		ref := state.VolumeRef(v.Labels[state.LabelVolume])
		var after []ID
		holder := ""
		for _, c := range t.index.all {
			switch id := t.last[c.ID]; {
			case !slices.ContainsFunc(c.Mounts, func(m state.Mount) bool { return m.Name == v.Name }):
			case id == "":
				holder = c.Name
			default:
				after = append(after, id)
			}
		}
		if holder != "" {
			t.warnings = append(t.warnings, stays("volume "+v.Name, holder))
			t.change(Change{Ref: ref, Name: v.Name, Action: NoOp})
			continue
		}
		t.change(Change{Ref: ref, Name: v.Name, Action: Delete})
		t.nodes.add(Node{ID: ID("remove volume " + v.Name), Ref: ref, Group: "volumes", After: after, Op: RemoveVolume{Name: v.Name}})
	}
}

// addFilesVolumes removes the files volumes of services, or of all of them.
func (t *teardown) addFilesVolumes(services []string) {
	for _, v := range t.index.filesVolumes(t.desired) {
		if len(services) == 0 || slices.Contains(services, v.Labels[state.LabelStackFiles]) {
			t.removeFilesVolume(v, "", func(c state.Container) ID { return t.last[c.ID] })
		}
	}
}

// addImages removes the images of the model's services: all of them, or those
// that are built here and are on no registry. Without a model they are those of
// the containers that go; nothing but their names tells then which were built.
func (t *teardown) addImages(desired state.Desired, policy DownPolicy) {
	if policy.Images == "" {
		return
	}
	var after []ID
	for _, c := range t.chosen {
		after = append(after, t.last[c.ID])
	}
	removed := map[string]bool{}
	remove := func(image string, local bool) {
		if removed[image] || policy.Images != "all" && !local {
			return
		}
		removed[image] = true
		t.change(Change{Ref: state.ImageRef(image), Name: image, Action: Delete})
		t.nodes.add(Node{ID: ID("remove image " + image), Ref: state.ImageRef(image), Group: "images", After: after,
			Op: RemoveImage{Image: image}})
	}
	for _, s := range desired.Services {
		image := s.Config.Image
		held, there := t.index.images[image]
		if selected := len(policy.Services) == 0 || slices.Contains(policy.Services, s.Name); there && selected {
			remove(image, s.Build != nil && (image == desired.Project.ImageName(s.Name) || held.Local || held.MaybeLocal))
		}
	}
	if len(desired.Known) > 0 {
		return
	}
	for _, c := range t.chosen {
		remove(c.Image, c.Image == desired.Project.ImageName(c.Service))
	}
}
