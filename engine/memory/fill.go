package memory

import (
	"context"
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

// FillVolume creates a volume, if it is not there, and writes files into it.
func (m volumes) FillVolume(ctx context.Context, spec state.FilesVolume) error {
	name := spec.Volume.Config.Name
	err := m.update(ctx, func(w *world, at time.Time) error {
		w.volume(spec.Volume, at)
		v := w.Volumes[name]
		if v.Labels[state.LabelStackFiles] == "" {
			return fmt.Errorf("it was not made for configs and secrets: %w", engine.ErrConflict)
		}
		if _, err := w.image(spec.Image); err != nil {
			return err
		}
		if v.Files == nil {
			v.Files = map[string]content{}
		}
		put(v.Files, spec.Files)
		return nil
	})
	if err != nil {
		return fmt.Errorf("fill volume %s: %w", name, err)
	}
	return nil
}

// put writes files, and the directories above them that are missing.
func put(into map[string]content, files []state.File) {
	for _, f := range files {
		target := clean(f.Target)
		for dir := path.Dir(target); dir != "/"; dir = path.Dir(dir) {
			if _, there := into[dir]; !there {
				into[dir] = content{Mode: 0o755, Dir: true}
			}
		}
		into[target] = content{Data: []byte(f.Content), UID: f.UID, GID: f.GID, Mode: f.Mode, Dir: f.Dir}
	}
}

// mountSubpath mounts a part of a volume. What is in a files volume does not
// change, so the container has it as its own.
func (w *world) mountSubpath(c *container, m *state.Mount, subpath string) error {
	v := w.Volumes[m.Name]
	from := clean(subpath)
	if _, there := v.Files[from]; !there {
		return fmt.Errorf("cannot access path %s in volume %s: %w", subpath, m.Name, engine.ErrNotFound)
	}
	for name, file := range v.Files {
		if rest, below := strings.CutPrefix(name, from); below && (rest == "" || rest[0] == '/') {
			c.Files[clean(m.Destination+rest)] = file
		}
	}
	if w.info().MountsSubpaths() {
		return nil
	}
	if v.Labels[state.LabelStackFiles] == "" {
		return fmt.Errorf("volumes: %s: this engine cannot mount a part of a volume", m.Destination)
	}
	m.Type, m.Source, m.Name = types.VolumeTypeBind, path.Join(m.Source, subpath), ""
	return nil
}
