package memory

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	api "github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"
	"github.com/docker/docker/api/types/swarm"

	"github.com/stackctl/stack/state"
)

// pullTime is how long a task's node takes to get its image.
func (w *world) pullTime(t *task) time.Duration {
	reference := t.template().Task.ContainerSpec.Image
	if w.holds(t.node, reference) {
		return 0
	}
	return w.options.known(reference).PullTakes
}

// holds is true for a node whose engine has an image.
func (w *world) holds(n *node, reference string) bool {
	if n.Self {
		_, err := w.image(reference)
		return err == nil
	}
	return n.Images[canonical(reference)]
}

// fetch gives a node an image, or returns what its engine says of one that is
// nowhere.
func (w *world) fetch(n *node, reference string, at time.Time) error {
	switch {
	case w.holds(n, reference):
	case w.options.known(reference).PullError != "":
		return fmt.Errorf("No such image: %s", withTag(reference)) //nolint:staticcheck // these are the engine's words
	case n.Self:
		w.pull(reference, "", at)
	default:
		n.Images[canonical(reference)] = true
	}
	return nil
}

// withTag is a reference with the tag that it means.
func withTag(reference string) string {
	if strings.ContainsAny(reference[strings.LastIndex(reference, "/")+1:], ":@") {
		return reference
	}
	return reference + ":latest"
}

// prepareTask makes a task's container.
func (w *world) prepareTask(t *task, at time.Time) error {
	spec := t.containerSpec()
	if err := w.fetch(t.node, spec.Config.Image, at); err != nil {
		return err
	}
	held := &image{Image: state.Image{ID: "sha256:" + digest("manifest of "+spec.Config.Image)}}
	if t.node.Self {
		var err error
		if held, err = w.image(spec.Config.Image); err != nil {
			return err
		}
	}
	c, err := w.describe(spec, held)
	if err != nil {
		return err
	}
	delete(c.Labels, state.LabelImage) // it is Compose's
	if err := w.furnish(t, c, spec, held); err != nil {
		return err
	}
	c.Created = at
	w.Serial++
	c.Serial, c.ID = w.Serial, digest(fmt.Sprintf("container %d", w.Serial))
	t.c, t.Container, c.task = c, c.ID, t
	w.containersOf(t.node)[c.ID] = c
	w.agenda.enter(c)
	w.tell(c, state.ActionCreate, at)
	return nil
}

// furnish gives a container its configs and secrets and, on the node that
// answers, what can be seen of its networks and volumes.
func (w *world) furnish(t *task, c *container, spec state.ContainerSpec, held *image) error {
	files, err := w.inputFiles(t.template().Task.ContainerSpec)
	if err != nil {
		return err
	}
	put(c.Files, files)
	c.Elsewhere = !t.node.Self
	if c.Elsewhere {
		return nil
	}
	if err := w.join(c, spec); err != nil {
		return err
	}
	for _, m := range t.template().Task.ContainerSpec.Mounts {
		if m.Type == mount.TypeVolume && m.Source != "" {
			w.volume(volumeOf(m), c.Created)
		}
	}
	return w.mount(c, spec.Config, held)
}

func volumeOf(m mount.Mount) state.VolumeSpec {
	spec := state.VolumeSpec{Config: types.VolumeConfig{Name: m.Source}}
	if o := m.VolumeOptions; o != nil {
		spec.Labels = o.Labels
		if o.DriverConfig != nil {
			spec.Config.Driver, spec.Config.DriverOpts = o.DriverConfig.Name, o.DriverConfig.Options
		}
	}
	return spec
}

// inputFiles are the configs and secrets of a container, as files.
func (w *world) inputFiles(spec *swarm.ContainerSpec) ([]state.File, error) {
	var files []state.File
	add := func(kind state.Kind, name, target, uid, gid string, mode uint32) error {
		held, err := w.input(kind, name)
		if err != nil {
			return err
		}
		f := state.File{Target: target, Mode: mode, Content: held.Data}
		f.UID, _ = strconv.Atoi(uid) // 0 for a name, as nobody knows the container's users
		f.GID, _ = strconv.Atoi(gid)
		files = append(files, f)
		return nil
	}
	var errs []error
	for _, c := range spec.Configs {
		if f := c.File; f != nil {
			errs = append(errs, add(state.KindConfig, c.ConfigName, path.Join("/", f.Name), f.UID, f.GID, uint32(f.Mode)))
		}
	}
	for _, s := range spec.Secrets {
		if f := s.File; f != nil {
			target := f.Name
			if !path.IsAbs(target) {
				target = path.Join("/run/secrets", target)
			}
			errs = append(errs, add(state.KindSecret, s.SecretName, target, f.UID, f.GID, uint32(f.Mode)))
		}
	}
	return files, errors.Join(errs...)
}

func (t *task) template() *template { return t.service.Templates[t.Template] }

// name is the task's: shop_web.1.
// The first slot of a job is 0, which reads as none.
func (t *task) name() string {
	if t.Slot == 0 {
		return t.service.Spec.Name + "." + t.NodeID
	}
	return t.service.Spec.Name + "." + strconv.Itoa(t.Slot)
}

// containerSpec is the container that a task is to have.
func (t *task) containerSpec() state.ContainerSpec {
	asked := t.template().Task.ContainerSpec
	spec := state.ContainerSpec{
		Name: t.name() + "." + t.ID, Project: t.service.project(), Service: t.service.serviceKey(), Number: t.Slot,
		OneShot: t.service.job(), Labels: maps.Clone(asked.Labels),
	}
	if spec.Labels == nil {
		spec.Labels = map[string]string{}
	}
	maps.Copy(spec.Labels, map[string]string{
		"com.docker.swarm.node.id": t.NodeID, "com.docker.swarm.service.id": t.service.ID,
		"com.docker.swarm.service.name": t.service.Spec.Name, "com.docker.swarm.task": "",
		"com.docker.swarm.task.id": t.ID, "com.docker.swarm.task.name": spec.Name,
	})
	c := &spec.Config
	c.Name, c.Image, c.Entrypoint, c.Command = spec.Service, asked.Image, asked.Command, asked.Args
	c.Environment, c.WorkingDir, c.User = types.NewMappingWithEquals(asked.Env), asked.Dir, asked.User
	c.Tty, c.StdinOpen, c.ReadOnly, c.StopSignal = asked.TTY, asked.OpenStdin, asked.ReadOnly, asked.StopSignal
	c.HealthCheck = healthOf(asked.Healthcheck)
	if asked.StopGracePeriod != nil {
		grace := types.Duration(*asked.StopGracePeriod)
		c.StopGracePeriod = &grace
	}
	for _, m := range asked.Mounts {
		c.Volumes = append(c.Volumes, types.ServiceVolumeConfig{
			Type: string(m.Type), Source: m.Source, Target: m.Target, ReadOnly: m.ReadOnly,
		})
	}
	for _, n := range t.template().Task.Networks {
		spec.Attachments = append(spec.Attachments, state.Attachment{Network: n.Target, Aliases: slices.Clone(n.Aliases)})
	}
	return spec
}

// healthOf is a healthcheck in compose's words.
func healthOf(h *api.HealthConfig) *types.HealthCheckConfig {
	if h == nil {
		return nil
	}
	config := &types.HealthCheckConfig{Test: h.Test}
	for _, d := range []struct {
		from time.Duration
		to   **types.Duration
	}{
		{h.Interval, &config.Interval}, {h.Timeout, &config.Timeout},
		{h.StartPeriod, &config.StartPeriod}, {h.StartInterval, &config.StartInterval},
	} {
		if d.from != 0 {
			*d.to = (*types.Duration)(&d.from)
		}
	}
	if h.Retries > 0 {
		retries := uint64(h.Retries)
		config.Retries = &retries
	}
	return config
}

// stopTask stops a task's container. One that would end with 0 because it does
// nothing in particular is killed where it is unhealthy.
func (w *world) stopTask(t *task, at time.Time) {
	if t.Sick && t.c.StopCode == 0 {
		t.c.StopCode = exitKilled
	}
	w.stop(t.c, at, state.StopOptions{})
}

func (c *container) unhealthy() bool { return c.Check != nil && c.Health == state.HealthUnhealthy }

// ready is true for a container that runs and, with a healthcheck, is healthy.
func (c *container) ready() bool { return c.Check == nil || c.Health == state.HealthHealthy }
