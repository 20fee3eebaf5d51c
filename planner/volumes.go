package planner

import (
	"fmt"
	"slices"

	"github.com/stackctl/stack/state"
)

// volumePlan is what becomes of a named volume.
type volumePlan struct {
	volume  state.Volume
	action  Action
	reasons []Reason
	ready   ID // the node after which it is there; empty if it is
	remove  ID // of a volume that is replaced
	// postponedFor are the services that mount a volume which is to be replaced
	// by the plan after this one, where they are pending.
	postponedFor []string
}

func (d *draft) decideVolumes() {
	for _, volume := range d.desired.Volumes {
		p := &volumePlan{volume: volume, action: NoOp}
		d.volumes[volume.Key] = p
		observed, there := d.index.volumes[volume.Config.Name]
		switch {
		case there && !volume.External:
			d.compareVolume(p, observed)
		case there:
		case volume.External:
			d.failAt(volume.Where, "external", fmt.Errorf(
				"volume %s declared as external, but could not be found: create it with `docker volume create %s`, or take `external: true` away",
				volume.Config.Name, volume.Config.Name))
		default:
			p.action = Create
		}
	}
}

func (d *draft) compareVolume(p *volumePlan, observed state.ObservedVolume) {
	if observed.Labels[state.LabelProject] != d.desired.Project.Name {
		d.warnings = append(d.warnings, fmt.Sprintf(
			"volume %s was not created for this project: it is used as it is, and never removed (set `external: true` to say so in the file)", observed.Name))
		return
	}
	hash := observed.Labels[state.LabelConfigHash]
	if hash == "" || hash == p.volume.Hash {
		return
	}
	if holder := d.stayingHolder(observed.Name); holder != "" {
		d.warnings = append(d.warnings, fmt.Sprintf(
			"volume %s is defined otherwise now, and stays as it was: container %s uses it, which this run leaves alone", observed.Name, holder))
		return
	}
	reasons := volumeReasons(observed, p.volume, hash)
	if !slices.Contains(d.policy.Consents, observed.Name) {
		d.consents = append(d.consents, Consent{
			Ref: state.VolumeRef(p.volume.Key), Name: observed.Name, Reasons: reasons,
			Text: fmt.Sprintf("volume %s is defined otherwise now: to apply that, it is removed with all the data in it and created again", observed.Name),
		})
		return
	}
	p.action, p.reasons = Replace, reasons
}

func (d *draft) addVolumes() {
	for _, volume := range d.desired.Volumes {
		p := d.volumes[volume.Key]
		if volume.External {
			continue
		}
		ref := state.VolumeRef(volume.Key)
		d.change(Change{Ref: ref, Name: volume.Config.Name, Action: p.action, Reasons: p.reasons})
		if p.action == NoOp {
			continue
		}
		if p.action == Replace {
			p.remove = d.nodes.add(Node{
				ID: ID("remove volume " + volume.Key), Ref: ref, Group: "volumes", Reason: p.reasons[0].String(),
				Op: RemoveVolume{Name: volume.Config.Name},
			})
		}
		p.ready = d.nodes.add(Node{
			ID: ID("volume " + volume.Key), Ref: ref, Group: "volumes", After: []ID{p.remove},
			Op: CreateVolume{Spec: state.VolumeSpec{Config: volume.Config, Labels: volumeLabels(d.desired.Project, volume)}},
		})
	}
}

// postponeVolumes leaves the volumes alone that services mount which are left
// alone.
func (d *draft) postponeVolumes() {
	for _, v := range d.volumes {
		for _, name := range d.mounting(v) {
			if p := d.services[name]; p.frozen && (v.action == Replace || v.postponedFor != nil) {
				v.action, v.reasons = NoOp, p.frozenReasons()
				v.postponedFor = append(v.postponedFor, name)
			}
		}
	}
}

// mounting are the services that mount a named volume.
func (d *draft) mounting(v *volumePlan) []string {
	var names []string
	for _, service := range d.desired.Services {
		if slices.Contains(d.volumesOf(service), v) {
			names = append(names, service.Name)
		}
	}
	return names
}

// volumesOf are the named volumes that a service mounts, by their keys.
func (d *draft) volumesOf(service state.Service) []*volumePlan {
	var plans []*volumePlan
	for _, mount := range service.Config.Volumes {
		if mount.Type == "volume" && mount.Source != "" {
			if p := d.volumes[mount.Source]; p != nil {
				plans = append(plans, p)
			}
		}
	}
	return plans
}

// replacedVolumes are the volumes of a container that are replaced.
func (d *draft) replacedVolumes(c state.Container) []*volumePlan {
	var replaced []*volumePlan
	for _, volume := range d.desired.Volumes {
		p := d.volumes[volume.Key]
		mounted := slices.ContainsFunc(c.Mounts, func(m state.Mount) bool { return m.Name == volume.Config.Name })
		if p.action == Replace && mounted {
			replaced = append(replaced, p)
		}
	}
	return replaced
}

// stayingHolder is a container that mounts a volume and that no plan for these
// services removes: an orphan that stays, or one of a service that is not
// wanted now.
func (d *draft) stayingHolder(volume string) string {
	for _, c := range d.index.all {
		mounts := slices.ContainsFunc(c.Mounts, func(m state.Mount) bool { return m.Name == volume })
		wanted := slices.ContainsFunc(d.desired.Services, func(s state.Service) bool { return s.Name == c.Service })
		orphan := !slices.Contains(d.desired.Known, c.Service)
		if mounts && (c.OneOff || !wanted && !(orphan && d.policy.RemoveOrphans)) {
			return c.Name
		}
	}
	return ""
}
