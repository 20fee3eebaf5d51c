package memory

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

// PushImage gives an image to the registry, which has it for the next pull.
func (m images) PushImage(ctx context.Context, reference string, progress func(state.Progress)) error {
	report(progress, "Pushing")
	key := canonical(reference)
	err := m.update(ctx, func(w *world, _ time.Time) error {
		held := w.Images[key]
		if held == nil {
			return fmt.Errorf("%w: no such image", engine.ErrNotFound)
		}
		if text := m.options.known(reference).PushError; text != "" {
			return refusal(text)
		}
		held.Local, held.Digests = false, []string{key + "@sha256:" + digest("manifest "+held.ID)}
		pushed := *held
		w.Pushed[key] = &pushed
		return nil
	})
	if err != nil {
		return fmt.Errorf("push %s: %w", reference, err)
	}
	report(progress, "Pushed")
	return nil
}

// ResolveDigest is a digest of what the registry has under a reference.
func (m images) ResolveDigest(ctx context.Context, reference string) (string, error) {
	var manifest string
	err := m.view(ctx, func(w *world) error {
		if text := m.options.known(reference).PullError; text != "" {
			return refusal(text)
		}
		manifest = w.manifest(canonical(reference))
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("resolve %s: %w", reference, err)
	}
	return manifest, nil
}

// manifest is the digest that the registry has an image under.
func (w *world) manifest(key string) string {
	if pushed := w.Pushed[key]; pushed != nil {
		return "sha256:" + digest("manifest "+pushed.ID)
	}
	return "sha256:" + digest("manifest "+w.seed(key))
}

// seed is what an image is made from that nobody pushed. The registry has one
// under every name.
func (w *world) seed(key string) string { return fmt.Sprintf("pull %s %d", key, w.Published[key]) }

func (w *world) pull(reference, platform string, at time.Time) {
	key := canonical(reference)
	pushed := w.Pushed[key]
	if name, pin, pinned := strings.Cut(key, "@"); pinned {
		pushed = w.pinned(name, pin)
	}
	if pushed == nil {
		w.tag(key, w.seed(key), platform, w.options.known(reference), at)
		w.Images[key].Digests = []string{key + "@" + w.manifest(key)}
		return
	}
	brought := *pushed
	brought.LastTag = at
	w.name(key, &brought)
}

// pinned is what was pushed to a repository and has that digest there.
func (w *world) pinned(name, pin string) *image {
	repository := repositoryOf(name)
	for key, pushed := range w.Pushed {
		if repositoryOf(key) == repository && w.manifest(key) == pin {
			return pushed
		}
	}
	return nil
}

// repositoryOf is a reference without its tag.
func repositoryOf(name string) string {
	if tag := strings.LastIndex(name, ":"); tag > strings.LastIndex(name, "/") {
		return name[:tag]
	}
	return name
}

// refusal is what a registry answers. One that does not know an image is
// engine.ErrNotFound.
type refusal string

func (r refusal) Error() string { return string(r) }

func (r refusal) Is(target error) bool {
	text := string(r)
	return target == engine.ErrNotFound &&
		(strings.Contains(text, "manifest unknown") || strings.Contains(text, "not found") || strings.Contains(text, "pull access denied"))
}
