package planner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackctl/stack/state"
)

// divergence says why a container cannot be the one that a service wants; it
// is empty for one that can.
func (d *draft) divergence(service state.Service, c state.Container) []Reason {
	if d.recreate(service) == RecreateAlways {
		return []Reason{{Text: "--force-recreate"}}
	}
	if isKeeper(c) {
		return []Reason{{Text: "finishes a replacement that was interrupted"}}
	}
	if c.Status == state.StatusDead || c.Status == state.StatusRemoving {
		return []Reason{{Text: "is " + string(c.Status)}}
	}
	if c.Stuck {
		return []Reason{{Text: "cannot be started: the engine ended while it started it"}}
	}
	shared := d.namespaceReasons(service, c)
	hash := d.hashOf(service)
	if len(shared) > 0 {
		hash = "" // it differs for that alone
	}
	reasons := configReasons(c, service, hash)
	d.maskGiven(reasons, service, c)
	reasons = append(reasons, inputReasons(c, service)...)
	reasons = append(reasons, d.imageReasons(service, c)...)
	reasons = append(reasons, d.mountReasons(service, c)...)
	reasons = append(reasons, d.networkReasons(service, c)...)
	return append(reasons, shared...)
}

// imageReasons compares the image that a container runs with the one that its
// reference names now. An image that is not there says nothing.
func (d *draft) imageReasons(service state.Service, c state.Container) []Reason {
	image, there := d.index.images[service.Image()]
	if !there || c.ImageID == "" || image.ID == c.ImageID {
		return nil
	}
	return []Reason{{Field: "image " + service.Config.Image, Old: shortID(c.ImageID), New: shortID(image.ID),
		At: writtenAt(service.Where, "image")}}
}

func shortID(id string) string {
	id = strings.TrimPrefix(id, "sha256:")
	return id[:min(12, len(id))]
}

// mountReasons notices a volume whose name in the engine is another one now,
// and one that is replaced.
func (d *draft) mountReasons(service state.Service, c state.Container) []Reason {
	reasons := d.mountedImageReasons(service, c)
	for index, mount := range service.Config.Volumes {
		p := d.volumes[mount.Source]
		at := writtenAt(service.Where, fmt.Sprintf("volumes[%d]", index))
		if mount.Type != "volume" || p == nil {
			continue
		}
		if p.action == Replace {
			reasons = append(reasons, Reason{Text: "volume " + p.volume.Key + " is replaced", At: at})
		}
		i := slices.IndexFunc(c.Mounts, func(m state.Mount) bool { return m.Destination == mount.Target })
		if i >= 0 && c.Mounts[i].Type == "volume" && c.Mounts[i].Name != p.volume.Config.Name {
			reasons = append(reasons, Reason{Field: "volume at " + mount.Target, Old: c.Mounts[i].Name, New: p.volume.Config.Name,
				At: writtenAt(p.volume.Where, "name")})
		}
	}
	return reasons
}

// mountedImageReasons notices an image that is mounted and was built or pulled
// again since. A container of Docker Compose's does not say which one it has.
func (d *draft) mountedImageReasons(service state.Service, c state.Container) []Reason {
	ids, err := state.DecodeInputs(c.Labels[state.LabelStackImages])
	if err != nil {
		return nil
	}
	var reasons []Reason
	for i, mount := range service.Config.Volumes {
		image, there := d.index.images[mount.Source]
		old, known := ids[mount.Target]
		if mount.Type == types.VolumeTypeImage && there && known && old != image.ID {
			reasons = append(reasons, Reason{Field: "image " + mount.Source + " at " + mount.Target, Old: shortID(old), New: shortID(image.ID),
				At: writtenAt(service.Where, fmt.Sprintf("volumes[%d]", i))})
		}
	}
	return reasons
}

// networkReasons notices a network that was removed and created again behind a
// container's back, and one that has another name now.
func (d *draft) networkReasons(service state.Service, c state.Container) []Reason {
	if service.Config.NetworkMode != "" {
		return nil
	}
	var reasons []Reason
	for key := range service.Config.Networks {
		p := d.networks[key]
		if p == nil || p.observed == nil || p.action == Replace {
			continue
		}
		endpoint, attached := c.Networks[p.network.Config.Name]
		if attached && endpoint.NetworkID != "" && endpoint.NetworkID != p.observed.ID {
			reasons = append(reasons, Reason{Text: "network " + key + " was created again since", At: writtenAt(service.Where, "networks."+key)})
		}
	}
	for name := range c.Networks {
		if d.renamedNetwork(service, name) {
			reasons = append(reasons, Reason{Text: "is attached to network " + name + ", which has another name now", At: writtenAt(service.Where, "networks")})
		}
	}
	slices.SortFunc(reasons, func(a, b Reason) int { return strings.Compare(a.Text, b.Text) })
	return reasons
}

// renamedNetwork is true for an engine network that was made for one of the
// service's networks but has not its name.
func (d *draft) renamedNetwork(service state.Service, name string) bool {
	observed, there := d.index.networks[name]
	if !there || observed.Labels[state.LabelProject] != d.desired.Project.Name {
		return false
	}
	p := d.networks[observed.Labels[state.LabelNetwork]]
	if p == nil {
		return false
	}
	_, wanted := service.Config.Networks[p.network.Key]
	return wanted && p.network.Config.Name != name
}

// namespaceReasons notices that the container whose namespace is shared is not
// the one that it was.
func (d *draft) namespaceReasons(service state.Service, c state.Container) []Reason {
	var reasons []Reason
	for _, share := range []struct{ field, wanted, actual string }{
		{"network_mode", service.Config.NetworkMode, c.NetworkMode},
		{"ipc", service.Config.Ipc, c.IpcMode},
		{"pid", service.Config.Pid, c.PidMode},
	} {
		name, is := strings.CutPrefix(share.wanted, "service:")
		if !is {
			continue
		}
		if current := d.sharedContainer(name); current == nil || share.actual != "container:"+current.ID {
			reasons = append(reasons, Reason{Text: fmt.Sprintf("%s: the container of %s is another one", share.field, name), At: writtenAt(service.Where, share.field)})
		}
	}
	for _, from := range service.Config.VolumesFrom {
		name, _, _ := strings.Cut(from, ":")
		if name == "container" {
			continue
		}
		current := d.sharedContainer(name)
		if current == nil || !slices.ContainsFunc(c.VolumesFrom, func(v string) bool { return strings.HasPrefix(v, current.ID) }) {
			reasons = append(reasons, Reason{Text: "volumes_from: the container of " + name + " is another one", At: writtenAt(service.Where, "volumes_from")})
		}
	}
	return reasons
}

// sharedContainer is the container whose namespace or volumes the dependents of a
// service share, or nil if it is yet to be created.
func (d *draft) sharedContainer(service string) *state.Container {
	if p := d.services[service]; p != nil {
		if len(p.replicas) == 0 {
			return nil
		}
		return p.replicas[0].current
	}
	if others := d.index.containers[service]; len(others) > 0 {
		return &others[0]
	}
	return nil
}

// missingAttachments are the networks that a container is not attached to.
func (d *draft) missingAttachments(service state.Service, c state.Container) []state.Attachment {
	if service.Config.NetworkMode != "" {
		return nil
	}
	var missing []state.Attachment
	for _, attachment := range d.attachments(service, c.Number) {
		if _, attached := c.Networks[attachment.Network]; !attached {
			missing = append(missing, attachment)
		}
	}
	return missing
}
