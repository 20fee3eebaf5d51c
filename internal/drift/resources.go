package drift

import (
	"slices"
	"time"

	"github.com/stackctl/stack/state"
)

// appliedVolumes compares the named volumes that containers mounted with those
// that are there. A volume that is younger than a container that mounted it was
// made again.
func (c *comparison) appliedVolumes(applied []state.Container) {
	if c.applied.Desired == nil {
		return
	}
	for _, v := range c.applied.Desired.Volumes {
		var services []string
		var mounted time.Time
		for _, container := range applied {
			if slices.ContainsFunc(container.Mounts, func(m state.Mount) bool { return m.Name == v.Config.Name }) {
				services = append(services, container.Service)
				if mounted.IsZero() || container.Created.Before(mounted) {
					mounted = container.Created
				}
			}
		}
		if len(services) == 0 {
			continue
		}
		d := Drift{Ref: state.VolumeRef(v.Key), Name: v.Config.Name, Services: unique(services)}
		is, there := c.volumes[v.Config.Name]
		switch {
		case !there:
			d.Kind = Removed
		case !mounted.IsZero() && is.Created.After(mounted):
			d.Kind, d.Field, d.Found = Recreated, "created", is.Created.Format(time.RFC3339)
		default:
			continue
		}
		c.add(d)
	}
}

// references compares the images that a container has with those that their
// references name.
func (c *comparison) references(is state.Container) {
	c.reference(is, "image", is.Image, is.ImageID)
	for _, m := range is.MountedImages() {
		c.reference(is, "image at "+m.Target, m.Reference, m.ID)
	}
}

func (c *comparison) reference(is state.Container, field, reference, id string) {
	if reference == "" || id == "" {
		return
	}
	now, there := c.images[reference]
	switch {
	case !there:
		c.imageGone(reference, is.Service)
	case now.ID != id:
		c.add(about(is, Retagged, field+" "+reference, short(id), short(now.ID)))
	}
}

// imageGone adds a reference that names no image, once.
func (c *comparison) imageGone(reference, service string) {
	ref := state.ImageRef(reference)
	if i := slices.IndexFunc(c.report.Drifts, func(d Drift) bool { return d.Ref == ref }); i >= 0 {
		c.report.Drifts[i].Services = unique(append(c.report.Drifts[i].Services, service))
		return
	}
	c.add(Drift{Ref: ref, Name: reference, Kind: Removed, Services: []string{service}})
}
