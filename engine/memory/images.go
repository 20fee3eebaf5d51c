package memory

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

// imageSize is how big every image is.
const imageSize = 5 << 20

// image is an image that the engine holds.
type image struct {
	state.Image
}

type images struct{ *Memory }

// PullImage brings what the registry has under a reference.
func (m images) PullImage(ctx context.Context, reference, platform string, progress func(state.Progress)) error {
	known := m.options.known(reference)
	report(progress, "Pulling")
	err := pause(ctx, known.PullTakes)
	if err == nil && known.PullError != "" {
		err = refusal(known.PullError)
	}
	if err == nil {
		err = m.update(ctx, func(w *world, at time.Time) error {
			w.pull(reference, platform, at)
			return nil
		})
	}
	if err != nil {
		return fmt.Errorf("pull %s: %w", reference, err)
	}
	report(progress, "Download complete")
	return nil
}

func report(progress func(state.Progress), detail string) {
	if progress != nil {
		progress(state.Progress{Detail: detail})
	}
}

// known is what the options say of an image.
func (o Options) known(reference string) Image {
	if tagged, _, pinned := strings.Cut(reference, "@"); pinned {
		reference = tagged
	}
	for name, i := range o.Images {
		if canonical(name) == canonical(reference) {
			return i
		}
	}
	return Image{}
}

// tag moves a reference to the image that is made from a seed.
func (w *world) tag(key, seed, platform string, known Image, at time.Time) {
	i := &image{Image: state.Image{ID: "sha256:" + digest(seed), Created: at, LastTag: at, Platform: platform, Size: imageSize}}
	if i.Platform == "" {
		info := w.info()
		i.Platform = info.OS + "/" + info.Arch
	}
	if held, ok := w.Images[key]; ok && held.ID == i.ID {
		i.Created, i.Digests = held.Created, held.Digests
	}
	i.Volumes = append(i.Volumes, known.Volumes...)
	i.HasHealth = checkOf(nil, known.HealthCheck) != nil
	w.name(key, i)
}

// name gives a reference to an image. The one that had it stays under its id.
func (w *world) name(key string, i *image) {
	if held, ok := w.Images[key]; ok && held.ID != i.ID {
		w.Images[held.ID] = held
	}
	w.Images[key] = i
}

// BuildImage makes an image whose id is a digest of the spec.
func (m images) BuildImage(ctx context.Context, build state.BuildSpec, progress func(state.Progress)) error {
	report(progress, "FROM scratch")
	err := m.update(ctx, func(w *world, at time.Time) error {
		var revision string
		if m.options.Build != nil {
			var err error
			if revision, err = m.options.Build(build); err != nil {
				return err
			}
		}
		spec, err := json.Marshal(build)
		if err != nil {
			return err
		}
		for _, name := range append([]string{build.Image}, build.Config.Tags...) {
			w.tag(canonical(name), "build "+string(spec)+revision, build.Platform, m.options.known(name), at)
			made := w.Images[canonical(name)]
			made.Local = len(made.Digests) == 0
		}
		return nil
	})
	if err != nil {
		reportStep(progress, err)
		return fmt.Errorf("build %s: %w", build.Image, err)
	}
	return nil
}

// reportStep tells of the step that a build failed at, as a builder does while
// it runs.
func reportStep(progress func(state.Progress), err error) {
	var failed *engine.BuildError
	if !errors.As(err, &failed) {
		return
	}
	report(progress, failed.Step)
	for line := range strings.Lines(failed.Output) {
		report(progress, strings.TrimSuffix(line, "\n"))
	}
}

// RemoveImage removes a reference that no container was created from.
func (m images) RemoveImage(ctx context.Context, reference string) error {
	err := m.update(ctx, func(w *world, _ time.Time) error {
		i, err := w.image(reference)
		if err != nil {
			return nil // what is absent needs no removal
		}
		for _, c := range w.sorted() {
			if c.ImageID == i.ID {
				return fmt.Errorf("it is in use by container %s: %w", c.Name, engine.ErrConflict)
			}
		}
		delete(w.Images, canonical(reference))
		return nil
	})
	if err != nil {
		return fmt.Errorf("remove image %s: %w", reference, err)
	}
	return nil
}

// image finds an image by its reference or its id.
func (w *world) image(reference string) (*image, error) {
	if i, ok := w.Images[canonical(reference)]; ok {
		return i, nil
	}
	for _, i := range w.Images {
		if i.ID == reference {
			return i, nil
		}
	}
	return nil, fmt.Errorf("image %s: %w", reference, engine.ErrNotFound)
}

func (w *world) imageID(reference string) (string, error) {
	i, err := w.image(reference)
	if err != nil {
		return "", err
	}
	return i.ID, nil
}

// canonical is the form in which references are compared: redis is
// docker.io/library/redis:latest.
func canonical(reference string) string {
	name := strings.TrimPrefix(strings.TrimPrefix(reference, "docker.io/"), "library/")
	last := name[strings.LastIndex(name, "/")+1:]
	if strings.ContainsAny(last, ":@") {
		return name
	}
	return name + ":latest"
}
