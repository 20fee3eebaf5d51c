package memory

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

// defaultGrace is how long a container may take to stop before it is killed.
const defaultGrace = 10 * time.Second

type containers struct{ *Memory }

// CreateContainer creates a container, and the named volumes that are not
// there.
func (m containers) CreateContainer(ctx context.Context, spec state.ContainerSpec, _ func(state.Progress)) (id string, err error) {
	err = m.update(ctx, func(w *world, at time.Time) error {
		id, err = w.create(spec, at)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("create container %s: %w", spec.Name, err)
	}
	return id, nil
}

func (w *world) create(spec state.ContainerSpec, at time.Time) (string, error) {
	if holder, err := w.container(spec.Name); err == nil {
		return "", fmt.Errorf("the name is already in use by container %s: %w", holder.ID, engine.ErrConflict)
	}
	image, err := w.image(spec.Config.Image)
	if err != nil {
		return "", engine.AboutPart(err, state.PartImage, "")
	}
	c, err := w.describe(spec, image)
	if err != nil {
		return "", err
	}
	c.Created = at
	if err := w.share(c, spec.Config); err != nil {
		return "", err
	}
	if err := w.join(c, spec); err != nil {
		return "", err
	}
	if err := bind(c, spec.Config); err != nil {
		return "", err
	}
	if err := w.mount(c, spec.Config, image); err != nil {
		return "", err
	}
	w.Serial++
	c.Serial, c.ID = w.Serial, digest(fmt.Sprintf("container %d", w.Serial))
	w.enter(c)
	w.tell(c, state.ActionCreate, at)
	return c.ID, nil
}

// labels are a spec's, with those that only the engine knows.
func (w *world) labels(spec state.ContainerSpec, i *image) (map[string]string, error) {
	labels := maps.Clone(spec.Labels)
	if labels == nil {
		labels = map[string]string{}
	}
	if labels[state.LabelImage] == "" {
		labels[state.LabelImage] = i.ID
	}
	mounted, err := state.MountedImages(spec.Config, w.imageID)
	if err != nil {
		return nil, err
	}
	if mounted != "" {
		labels[state.LabelStackImages] = mounted
	}
	if spec.HashSource == nil {
		return labels, nil
	}
	labels[state.LabelConfigHash], err = spec.HashSource.Hash(w.idOf)
	return labels, err
}

// describe reads what a spec says of the container alone.
func (w *world) describe(spec state.ContainerSpec, i *image) (*container, error) {
	config := spec.Config
	labels, err := w.labels(spec, i)
	if err != nil {
		return nil, err
	}
	var behavior Behavior
	if w.options.Behavior != nil {
		behavior = w.options.Behavior(spec)
	}
	behavior, err = behavior.withLabels(labels)
	if err != nil {
		return nil, err
	}
	c := &container{Behavior: behavior, OneShot: spec.OneShot, Joined: map[string]*joint{}, Files: map[string]content{}}
	c.Name = spec.Name
	c.Labels = labels
	c.Image, c.ImageID = config.Image, i.ID
	c.Project, c.Service = labels[state.LabelProject], labels[state.LabelService]
	c.Number, _ = strconv.Atoi(labels[state.LabelNumber]) // 0 for one without a number
	c.OneOff = strings.EqualFold(labels[state.LabelOneOff], "true")
	c.Status = state.StatusCreated
	c.Command = append(slices.Clone([]string(config.Entrypoint)), config.Command...)
	c.TTY, c.ReadOnly, c.Stdin = config.Tty, config.ReadOnly, config.StdinOpen
	c.Env, c.Dir, c.User = environment(config.Environment), config.WorkingDir, config.User
	c.Removes = spec.AutoRemove
	c.LogDriver = "json-file"
	if config.Logging != nil {
		c.LogDriver = cmp.Or(config.Logging.Driver, c.LogDriver)
	}
	c.Limits = limitsOf(config)
	c.obeyLimits()
	c.Check = checkOf(config.HealthCheck, w.options.known(config.Image).HealthCheck)
	c.Grace, c.Signal = defaultGrace, config.StopSignal
	if config.StopGracePeriod != nil {
		c.Grace = time.Duration(*config.StopGracePeriod)
	}
	return c, nil
}

func environment(variables types.MappingWithEquals) []string {
	var list []string
	for _, key := range slices.Sorted(maps.Keys(variables)) {
		if value := variables[key]; value != nil {
			list = append(list, key+"="+*value)
		}
	}
	return list
}

// limitsOf fills in the swap that a container with a memory limit has, and that
// it is not restarted.
func limitsOf(config types.ServiceConfig) state.Limits {
	limits := state.LimitsOf(config)
	if limits.Memory > 0 && limits.MemorySwap == 0 {
		limits.MemorySwap = 2 * limits.Memory
	}
	limits.RestartPolicy = cmp.Or(limits.RestartPolicy, types.RestartPolicyNo)
	return limits
}

// share resolves the containers that this one shares something with to ids.
func (w *world) share(c *container, config types.ServiceConfig) error {
	for _, s := range []struct {
		asked    string
		resolved *string
		absent   string
	}{
		{config.NetworkMode, &c.NetworkMode, ""},
		{config.Ipc, &c.IpcMode, "private"},
		{config.Pid, &c.PidMode, ""},
	} {
		*s.resolved = cmp.Or(s.asked, s.absent)
		name, ok := strings.CutPrefix(s.asked, types.ContainerPrefix)
		if !ok {
			continue
		}
		other, err := w.idOf(name)
		if err != nil {
			return err
		}
		*s.resolved = types.ContainerPrefix + other
	}
	for _, from := range config.VolumesFrom {
		name, _, _ := strings.Cut(strings.TrimPrefix(from, types.ContainerPrefix), ":")
		other, err := w.idOf(name)
		if err != nil {
			return err
		}
		c.VolumesFrom = append(c.VolumesFrom, other)
	}
	return nil
}
