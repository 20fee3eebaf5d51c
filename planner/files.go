package planner

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackctl/stack/state"
)

// placement is how a service's configs and secrets get into its containers.
type placement struct {
	// mounted are the read-only mounts of those that a mount is enough for, and
	// of those that are stored.
	mounted []types.ServiceVolumeConfig
	// written are copied into each container before it starts.
	written []state.File
	// stored are copied into a volume that the service's containers share. Their
	// Targets are paths in it.
	stored []state.File
	volume string // the name of that volume, empty if there is none
	// unread are those that would have to be copied and cannot be.
	unread []state.File
}

// place decides for each of a service's configs and secrets:
//
//   - a file of this machine is mounted, as Docker Compose does, unless the
//     engine is on another one or an owner or a mode is asked for;
//   - what cannot be mounted is written into the container;
//   - what would be written where nothing can be, or where it would be hidden
//     or left in somebody's data, is stored in a volume, and mounted from there.
func place(project state.Project, service state.Service, engine state.EngineInfo) placement {
	var p placement
	var sources []state.File // of what is stored
	for _, file := range service.Files {
		switch {
		case file.Source != "" && !file.Owned && !engine.Remote:
			p.mounted = append(p.mounted, types.ServiceVolumeConfig{
				Type: types.VolumeTypeBind, Source: file.Source, Target: file.Target, ReadOnly: true,
				Bind: &types.ServiceVolumeBind{},
			})
		case file.Unread != "":
			p.unread = append(p.unread, file)
		case service.Config.ReadOnly || covered(service.Config, file.Target):
			p.stored = append(p.stored, copies(file, strconv.Itoa(len(sources)))...)
			sources = append(sources, file)
		default:
			p.written = append(p.written, copies(file, file.Target)...)
		}
	}
	if len(sources) == 0 {
		return p
	}
	p.volume = filesVolumePrefix(project, service.Name) + contentDigest(p.stored)
	for i, file := range sources {
		p.mounted = append(p.mounted, types.ServiceVolumeConfig{
			Type: types.VolumeTypeVolume, Source: p.volume, Target: file.Target, ReadOnly: true,
			Volume: &types.ServiceVolumeVolume{NoCopy: true, Subpath: strconv.Itoa(i)},
		})
	}
	return p
}

// covered is true for a path below something that is mounted in the service's
// containers.
func covered(config types.ServiceConfig, target string) bool {
	below := func(mount string) bool {
		return strings.HasPrefix(path.Clean(target), strings.TrimSuffix(path.Clean(mount), "/")+"/")
	}
	return slices.ContainsFunc(config.Volumes, func(v types.ServiceVolumeConfig) bool { return below(v.Target) }) ||
		slices.ContainsFunc(config.Tmpfs, func(entry string) bool {
			mount, _, _ := strings.Cut(entry, ":")
			return below(mount)
		})
}

// copies are a file, or a directory and all that is in it, as they are written
// at a path.
func copies(file state.File, at string) []state.File {
	var all []state.File
	for _, f := range append([]state.File{{Target: ".", Mode: file.Mode, Digest: file.Digest, Content: file.Content, Dir: file.Dir}}, file.Tree...) {
		all = append(all, state.File{
			Name: file.Name, Target: path.Join(at, f.Target), UID: file.UID, GID: file.GID,
			Mode: f.Mode, Digest: f.Digest, Content: f.Content, Dir: f.Dir,
		})
	}
	return all
}

func filesVolumePrefix(project state.Project, service string) string {
	return project.Name + "_" + service + ".files-"
}

// contentDigest tells contents, owners and modes apart.
func contentDigest(files []state.File) string {
	h := sha256.New()
	for _, f := range files {
		_, _ = fmt.Fprintf(h, "%q %d %d %o %t %s\n", f.Target, f.UID, f.GID, f.Mode, f.Dir, f.Digest) // a hash never fails to write
	}
	return hex.EncodeToString(h.Sum(nil))[:12]
}

// unreadError says which config or secret has to be copied and cannot be.
func (p *servicePlan) unreadError(engine state.EngineInfo) error {
	file := p.files.unread[0]
	why := "as it has an owner or a mode"
	switch {
	case file.Source == "":
		return fmt.Errorf("service %s: the content of %s is not known: %s", p.service.Name, file.Name, file.Unread)
	case engine.Remote:
		why = "as the engine is on another machine"
	}
	return fmt.Errorf("service %s: %s from %s has to be copied into the container, %s, and cannot be: %s",
		p.service.Name, file.Name, file.Source, why, file.Unread)
}
