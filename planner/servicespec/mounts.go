package servicespec

import (
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/docker/api/types/mount"
	"github.com/docker/go-units"

	"github.com/stackctl/stack/state"
)

// mounts are the service's volumes and tmpfs, in the order of the file. A volume
// is made by the task that needs it first, on its node.
func (c *converter) mounts() []mount.Mount {
	var all []mount.Mount
	for i, v := range c.config.Volumes {
		all = append(all, c.mount("volumes["+strconv.Itoa(i)+"]", v))
	}
	for _, entry := range c.config.Tmpfs {
		all = append(all, c.tmpfs(entry))
	}
	if size := int64(c.config.ShmSize); size > 0 && !slices.ContainsFunc(all, func(m mount.Mount) bool { return m.Target == sharedMemory }) {
		all = append(all, mount.Mount{Type: mount.TypeTmpfs, Target: sharedMemory, TmpfsOptions: &mount.TmpfsOptions{SizeBytes: size}})
	}
	return all
}

// sharedMemory is what shm_size is the size of.
const sharedMemory = "/dev/shm"

func (c *converter) mount(field string, v types.ServiceVolumeConfig) mount.Mount {
	m := mount.Mount{
		Type:        mount.Type(v.Type),
		Source:      v.Source,
		Target:      v.Target,
		ReadOnly:    v.ReadOnly,
		Consistency: mount.Consistency(v.Consistency),
	}
	switch v.Type {
	case types.VolumeTypeBind, types.VolumeTypeNamedPipe:
		if v.Bind != nil && (v.Bind.Propagation != "" || v.Bind.Recursive == "disabled") {
			m.BindOptions = &mount.BindOptions{Propagation: mount.Propagation(v.Bind.Propagation), NonRecursive: v.Bind.Recursive == "disabled"}
		}
	case types.VolumeTypeVolume:
		c.volume(&m, v)
	case types.VolumeTypeTmpfs:
		if v.Tmpfs != nil {
			m.TmpfsOptions = &mount.TmpfsOptions{SizeBytes: int64(v.Tmpfs.Size), Mode: fs.FileMode(v.Tmpfs.Mode)}
		}
	case types.VolumeTypeCluster:
		m.ClusterOptions = &mount.ClusterOptions{}
		if named := c.volumeOf(v.Source); named != nil {
			m.Source = named.Config.Name
		}
	default:
		c.refuse(field, "a Swarm has no mounts of type %s: copy the files into the service's image, or write them as configs", v.Type)
	}
	return m
}

// volume completes the mount of a volume with what makes it where it is not
// there yet.
func (c *converter) volume(m *mount.Mount, v types.ServiceVolumeConfig) {
	options := mount.VolumeOptions{}
	if v.Volume != nil {
		options.NoCopy = v.Volume.NoCopy
		options.Labels = v.Volume.Labels
		if c.options.has(apiSubpath) {
			options.Subpath = v.Volume.Subpath
		}
	}
	if named := c.volumeOf(v.Source); named != nil {
		m.Source = named.Config.Name
		if !named.External {
			options.Labels = c.namespaced(named.Config.Labels)
			if named.Config.Driver != "" || len(named.Config.DriverOpts) > 0 {
				options.DriverConfig = &mount.Driver{Name: named.Config.Driver, Options: named.Config.DriverOpts}
			}
		}
	}
	m.VolumeOptions = &options
}

// volumeOf is nil for what is no volume of the project's.
func (c *converter) volumeOf(key string) *state.Volume {
	i, found := slices.BinarySearchFunc(c.desired.Volumes, key, func(v state.Volume, key string) int { return strings.Compare(v.Key, key) })
	if !found {
		return nil
	}
	return &c.desired.Volumes[i]
}

// tmpfs is an entry of tmpfs: TARGET or TARGET:OPTION,….
func (c *converter) tmpfs(entry string) mount.Mount {
	target, list, _ := strings.Cut(entry, ":")
	m := mount.Mount{Type: mount.TypeTmpfs, Target: target}
	if list == "" {
		return m
	}
	options := &mount.TmpfsOptions{}
	for option := range strings.SplitSeq(list, ",") {
		if !c.tmpfsOption(options, option) {
			c.refuse("tmpfs", "a Swarm cannot do %q of %s: it knows size and mode, and from Docker Engine 27.0 on exec, noexec and the like; remove it", option, entry)
		}
	}
	m.TmpfsOptions = options
	return m
}

func (c *converter) tmpfsOption(options *mount.TmpfsOptions, option string) bool {
	key, value, _ := strings.Cut(option, "=")
	switch key {
	case "size":
		size, err := units.RAMInBytes(value)
		options.SizeBytes = size
		return err == nil
	case "mode":
		mode, err := strconv.ParseUint(value, 8, 32)
		options.Mode = fs.FileMode(mode)
		return err == nil
	case "ro":
		return false
	case "rw":
		return true // what a mount is
	}
	if !c.options.has(apiTmpfsOptions) {
		return false
	}
	if value == "" {
		options.Options = append(options.Options, []string{key})
	} else {
		options.Options = append(options.Options, []string{key, value})
	}
	return true
}
