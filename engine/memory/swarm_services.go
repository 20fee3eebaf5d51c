package memory

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/docker/docker/api/types/swarm"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

type services struct{ *Memory }

// CreateService creates a service, and lets the Swarm begin with its tasks.
func (m services) CreateService(ctx context.Context, asked state.ServiceSpec, progress func(state.Progress)) (id string, err error) {
	err = m.update(ctx, func(w *world, at time.Time) error {
		if holder, err := w.service(asked.Spec.Name); err == nil {
			return fmt.Errorf("name conflicts with an existing object: service %s already exists: %w", holder.ID, engine.ErrConflict)
		}
		spec, err := w.accept(asked, progress)
		if err != nil {
			return err
		}
		if err := w.portsFree(nil, spec); err != nil {
			return err
		}
		o := &service{ID: w.shortID("service"), Created: at, Updated: at, Templates: map[string]*template{}}
		o.become(spec)
		w.Swarm.Services[o.ID] = o
		w.Swarm.bump(o)
		if o.job() {
			o.Iteration = o.Version
		}
		w.orchestrate(o, at)
		id = o.ID
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("create service %s: %w", asked.Spec.Name, err)
	}
	return id, nil
}

// UpdateService changes a service that is at a version.
func (m services) UpdateService(ctx context.Context, key string, version uint64, asked state.ServiceSpec, progress func(state.Progress)) error {
	err := m.update(ctx, func(w *world, at time.Time) error {
		o, err := w.service(key)
		if err != nil {
			return err
		}
		if o.Version != version {
			return fmt.Errorf("update out of sequence: %w", engine.ErrConflict)
		}
		spec, err := w.accept(asked, progress)
		if err != nil {
			return err
		}
		if err := sameKind(o.Spec, spec); err != nil {
			return err
		}
		if err := w.portsFree(o, spec); err != nil {
			return err
		}
		if asked.Rollback {
			return w.goBack(o, at)
		}
		if asked.Refresh && runsTheSame(o.Spec, spec) {
			return engine.ErrUnchanged
		}
		w.change(o, spec, at)
		return nil
	})
	if err != nil {
		return fmt.Errorf("update service %s: %w", key, err)
	}
	return nil
}

// change makes a service something else.
func (w *world) change(o *service, spec swarm.ServiceSpec, at time.Time) {
	previous, made := o.Spec, o.Template
	o.Previous, o.Update, o.Rollout = &previous, nil, nil
	o.become(spec)
	o.forgetTemplates()
	o.Updated = at
	w.Swarm.bump(o)
	if o.job() && o.Template != made {
		o.Iteration = o.Version
	}
	w.orchestrate(o, at)
}

// goBack makes a service what it was before, as its rollback_config says.
func (w *world) goBack(o *service, at time.Time) error {
	if o.Previous == nil {
		return refusal("service " + o.Spec.Name + " does not have a previous spec")
	}
	previous := o.Spec
	spec := *o.Previous
	o.Previous = &previous
	o.Update = &swarm.UpdateStatus{State: swarm.UpdateStateRollbackStarted, StartedAt: &at, Message: "manually requested rollback"}
	o.become(spec)
	o.Updated = at
	w.Swarm.bump(o)
	w.orchestrate(o, at)
	return nil
}

// become takes a specification over.
func (o *service) become(spec swarm.ServiceSpec) {
	o.Spec = spec
	made := &template{Task: spec.TaskTemplate, Endpoint: spec.EndpointSpec}
	text, _ := json.Marshal(made) // the API's types always can be
	o.Template = digest(string(text))
	o.Templates[o.Template] = made
}

// forgetTemplates removes what no task was made from.
func (o *service) forgetTemplates() {
	used := map[string]bool{o.Template: true}
	for _, t := range o.Tasks {
		used[t.Template] = true
	}
	for key := range o.Templates {
		if !used[key] {
			delete(o.Templates, key)
		}
	}
}

// RemoveService removes a service. Its tasks stop.
func (m services) RemoveService(ctx context.Context, key string) error {
	return m.update(ctx, func(w *world, at time.Time) error {
		o, err := w.service(key)
		if err != nil {
			return nil // what is absent needs no removal
		}
		o.Removed, o.Rollout = true, nil
		w.Swarm.changed(o)
		if len(o.Tasks) == 0 {
			delete(w.Swarm.Services, o.ID)
		}
		for _, t := range append([]*task(nil), o.Tasks...) {
			w.want(t, swarm.TaskStateRemove)
		}
		return nil
	})
}

// accept checks a specification as the Swarm does, and pins its image. What it
// returns shares nothing with what was asked.
func (w *world) accept(asked state.ServiceSpec, progress func(state.Progress)) (spec swarm.ServiceSpec, err error) {
	text, err := json.Marshal(asked.Spec)
	if err == nil {
		err = json.Unmarshal(text, &spec)
	}
	if err != nil {
		return spec, err
	}
	container := spec.TaskTemplate.ContainerSpec
	if container == nil || container.Image == "" {
		return spec, errors.New("ContainerSpec: image reference must be provided")
	}
	for _, n := range spec.TaskTemplate.Networks {
		if _, err := w.network(n.Target); err != nil {
			return spec, err
		}
	}
	for _, c := range container.Configs {
		if _, err := w.input(state.KindConfig, c.ConfigName); err != nil {
			return spec, err
		}
	}
	for _, s := range container.Secrets {
		if _, err := w.input(state.KindSecret, s.SecretName); err != nil {
			return spec, err
		}
	}
	if held, err := w.image(container.Image); asked.Local && err == nil {
		if container.Labels == nil {
			container.Labels = map[string]string{}
		}
		container.Labels[state.LabelImage] = held.ID
	}
	if asked.Resolve {
		w.pin(asked, &spec.TaskTemplate, progress)
	}
	return spec, nil
}

// runsTheSame is true for specifications whose tasks run the same image.
func runsTheSame(a, b swarm.ServiceSpec) bool {
	x, y := a.TaskTemplate.ContainerSpec, b.TaskTemplate.ContainerSpec
	return x.Image == y.Image && x.Labels[state.LabelImage] == y.Labels[state.LabelImage]
}

// pin names the image by the digest that the registry has it under, and has its
// tasks placed on nodes that it is for. What the registry does not tell stays.
func (w *world) pin(asked state.ServiceSpec, task *swarm.TaskSpec, progress func(state.Progress)) {
	held := task.ContainerSpec.Image
	reference := withTag(cmp.Or(asked.Tag, held))
	if strings.Contains(reference, "@") {
		return
	}
	if w.options.known(reference).PullError != "" {
		if progress != nil {
			progress(state.Progress{Warning: true, Detail: "image " + reference + " could not be accessed on a registry to record its digest. Each node will access " +
				held + " independently, possibly leading to different nodes running different versions of the image."})
		}
		return
	}
	exact := reference + "@" + w.manifest(canonical(reference))
	if exact == held {
		return
	}
	task.ContainerSpec.Image = exact
	if asked.Platform {
		return
	}
	if task.Placement == nil {
		task.Placement = &swarm.Placement{}
	}
	info := w.info()
	task.Placement.Platforms = []swarm.Platform{{OS: info.OS, Architecture: info.Arch}}
}

// sameKind is nil where a service may become another: its mode stays.
func sameKind(from, to swarm.ServiceSpec) error {
	if from.Name != to.Name {
		return errors.New("renaming services is not supported")
	}
	a, b := from.Mode, to.Mode
	if (a.Global == nil) != (b.Global == nil) || (a.ReplicatedJob == nil) != (b.ReplicatedJob == nil) || (a.GlobalJob == nil) != (b.GlobalJob == nil) {
		return errors.New("service mode change is not allowed")
	}
	return nil
}

// portsFree is nil where no other service has a port of the mesh that a service
// asks for.
func (w *world) portsFree(self *service, spec swarm.ServiceSpec) error {
	if spec.EndpointSpec == nil {
		return nil
	}
	for _, other := range w.Swarm.services() {
		if other == self || other.Spec.EndpointSpec == nil {
			continue
		}
		for _, taken := range other.Spec.EndpointSpec.Ports {
			for _, p := range spec.EndpointSpec.Ports {
				hosts := p.PublishMode == swarm.PortConfigPublishModeHost && taken.PublishMode == p.PublishMode
				if p.PublishedPort == 0 || p.PublishedPort != taken.PublishedPort || protocol(p) != protocol(taken) || hosts {
					continue
				}
				how := "an ingress port"
				if taken.PublishMode == swarm.PortConfigPublishModeHost {
					how = "a host-published port"
				}
				err := fmt.Errorf("port '%d' is already in use by service '%s' (%s) as %s", p.PublishedPort, other.Spec.Name, other.ID, how)
				return engine.AboutPart(err, state.PartPort, strconv.Itoa(int(p.PublishedPort)))
			}
		}
	}
	return nil
}
