package docker

import (
	"fmt"
	"os"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/docker/api/types/mount"
)

// mountConfig says how a service's volumes are asked for: as binds, the form
// that creates host paths that are missing, unless an option needs a mount.
func mountConfig(volumes []types.ServiceVolumeConfig, apiVersion string) (binds []string, mounts []mount.Mount, err error) {
	for _, v := range volumes {
		if bindable(v) {
			binds = append(binds, bindString(v))
			continue
		}
		if needed := mountAPI(v); needed != "" && !atLeast(apiVersion, needed) {
			return nil, nil, fmt.Errorf("volumes: %s: this needs API %s, the engine speaks %s", v.Target, needed, apiVersion)
		}
		mounts = append(mounts, mountOf(v))
	}
	return binds, mounts, nil
}

func bindable(v types.ServiceVolumeConfig) bool {
	switch v.Type {
	case types.VolumeTypeBind:
		return v.Bind == nil || bool(v.Bind.CreateHostPath) && v.Bind.Recursive == ""
	case types.VolumeTypeVolume:
		return v.Source != "" && (v.Volume == nil || len(v.Volume.Labels) == 0 && v.Volume.Subpath == "")
	default:
		return false
	}
}

// mountAPI is the API version that a mount needs, where not all have it.
func mountAPI(v types.ServiceVolumeConfig) string {
	switch {
	case v.Type == types.VolumeTypeImage:
		return apiImageMount
	case v.Type == types.VolumeTypeVolume && v.Volume != nil && v.Volume.Subpath != "":
		return apiSubpath
	default:
		return ""
	}
}

func bindString(v types.ServiceVolumeConfig) string {
	options := []string{"rw"}
	if v.ReadOnly {
		options[0] = "ro"
	}
	if v.Bind != nil && v.Bind.SELinux != "" {
		options = append(options, v.Bind.SELinux)
	}
	if v.Bind != nil && v.Bind.Propagation != "" {
		options = append(options, v.Bind.Propagation)
	}
	if v.Consistency != "" {
		options = append(options, v.Consistency)
	}
	if v.Volume != nil && v.Volume.NoCopy {
		options = append(options, "nocopy")
	}
	return v.Source + ":" + v.Target + ":" + strings.Join(options, ",")
}

func mountOf(v types.ServiceVolumeConfig) mount.Mount {
	m := mount.Mount{
		Type:        mount.Type(v.Type),
		Source:      v.Source,
		Target:      v.Target,
		ReadOnly:    v.ReadOnly,
		Consistency: mount.Consistency(v.Consistency),
	}
	switch {
	case v.Type == types.VolumeTypeBind && v.Bind != nil:
		m.BindOptions = &mount.BindOptions{
			Propagation:            mount.Propagation(v.Bind.Propagation),
			CreateMountpoint:       bool(v.Bind.CreateHostPath),
			NonRecursive:           v.Bind.Recursive == "disabled",
			ReadOnlyNonRecursive:   v.Bind.Recursive == "writable",
			ReadOnlyForceRecursive: v.Bind.Recursive == "readonly",
		}
	case v.Type == types.VolumeTypeVolume && v.Volume != nil:
		m.VolumeOptions = &mount.VolumeOptions{NoCopy: v.Volume.NoCopy, Subpath: v.Volume.Subpath, Labels: v.Volume.Labels}
	case v.Type == types.VolumeTypeTmpfs && v.Tmpfs != nil:
		m.TmpfsOptions = &mount.TmpfsOptions{SizeBytes: int64(v.Tmpfs.Size), Mode: os.FileMode(v.Tmpfs.Mode)}
	case v.Type == types.VolumeTypeImage && v.Image != nil:
		m.ImageOptions = &mount.ImageOptions{Subpath: v.Image.SubPath}
	}
	return m
}
