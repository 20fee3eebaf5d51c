package planner

import (
	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackctl/stack/state"
)

// keep creates a container that is never started and holds the anonymous
// volumes of one that has to be removed before the next can be created. No name
// leads to such a volume: without a keeper, a run that is killed in between
// would lose its data. The next run finds the keeper in the slot, and replaces
// it as any other container. The id is empty if there is
// nothing to hold.
func (b *bringUp) keep(after []ID) ID {
	r, service := b.replica, b.service.service
	volumes := b.keptVolumes(*r.old)
	if len(volumes) == 0 {
		return ""
	}
	labels, err := containerLabels(b.desired.Project, service, r.ref.Number, "")
	if err != nil {
		b.fail(err)
		return ""
	}
	labels[state.LabelConfigHash], labels[state.LabelStackKeeps] = "", r.old.ID
	labels[state.LabelReplace] = r.name
	delete(labels, state.LabelStackConfig)
	b.keeper = state.Handle{Name: temporaryName(r.name, r.old.ID)}
	node := b.node("keep volumes of", CreateContainer{Spec: state.ContainerSpec{
		Name: b.keeper.Name, Project: b.desired.Project.Name, Service: service.Name, Number: r.ref.Number,
		Labels: labels, OneShot: true,
		Config: types.ServiceConfig{Name: service.Name, ContainerSpec: types.ContainerSpec{
			Image: service.Image(), Platform: service.Config.Platform, NetworkMode: "none", Volumes: volumes,
		}},
	}}, after...)
	node.Canonical = r.name
	return b.nodes.add(node)
}

// keptVolumes are the anonymous volumes that the next container takes over.
func (b *bringUp) keptVolumes(old state.Container) []types.ServiceVolumeConfig {
	var kept []types.ServiceVolumeConfig
	for _, v := range b.engineVolumes(b.service.service, &old) {
		if v.Type == types.VolumeTypeVolume && anonymousVolume.MatchString(v.Source) {
			kept = append(kept, types.ServiceVolumeConfig{Type: v.Type, Source: v.Source, Target: v.Target})
		}
	}
	return kept
}

// dismiss removes the keeper when the next container has the volumes.
func (b *bringUp) dismiss() {
	if b.keeper.Name == "" {
		return
	}
	node := b.node("remove keeper of", RemoveContainer{Container: b.keeper, Options: state.RemoveOptions{Volumes: true}}, b.replica.created)
	node.Canonical = b.replica.name
	b.nodes.add(node)
}

func isKeeper(c state.Container) bool { return c.Labels[state.LabelStackKeeps] != "" }
