package swarm

import (
	"context"
	"fmt"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/swarm"
	"github.com/docker/docker/client"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

type services struct{ *manager }

// CreateService creates a service.
func (s services) CreateService(ctx context.Context, wanted state.ServiceSpec, progress func(state.Progress)) (string, error) {
	api, err := s.reach(ctx)
	if err != nil {
		return "", err
	}
	spec, auth, err := s.prepare(ctx, api, wanted, progress)
	if err != nil {
		return "", fmt.Errorf("create service %s: %w", wanted.Spec.Name, err)
	}
	created, err := api.ServiceCreate(ctx, spec, swarm.ServiceCreateOptions{EncodedRegistryAuth: auth})
	warn(progress, created.Warnings...)
	return created.ID, s.Translate(err, "create service %s", spec.Name)
}

// UpdateService has a service become another.
func (s services) UpdateService(ctx context.Context, service string, version uint64, wanted state.ServiceSpec, progress func(state.Progress)) error {
	api, err := s.reach(ctx)
	if err != nil {
		return err
	}
	spec, auth, err := s.prepare(ctx, api, wanted, progress)
	if err != nil {
		return fmt.Errorf("update service %s: %w", wanted.Spec.Name, err)
	}
	if wanted.Refresh {
		now, _, err := api.ServiceInspectWithRaw(ctx, service, swarm.ServiceInspectOptions{})
		if err != nil {
			return s.Translate(err, "inspect service %s", spec.Name)
		}
		if runsTheSame(now.Spec, spec) {
			return engine.ErrUnchanged
		}
	}
	options := swarm.ServiceUpdateOptions{
		EncodedRegistryAuth: auth, RegistryAuthFrom: swarm.RegistryAuthFromSpec, // what was given before, where nothing is now
	}
	if wanted.Rollback {
		options.Rollback = "previous"
	}
	updated, err := api.ServiceUpdate(ctx, service, swarm.Version{Index: version}, spec, options)
	warn(progress, updated.Warnings...)
	return s.Translate(err, "update service %s", spec.Name)
}

// RemoveService removes a service.
func (s services) RemoveService(ctx context.Context, service string) error {
	api, err := s.reach(ctx)
	if err != nil {
		return err
	}
	err = api.ServiceRemove(ctx, service)
	if errdefs.IsNotFound(err) {
		return nil
	}
	return s.Translate(err, "remove service %s", service)
}

// prepare makes a specification what the Swarm takes: with ids of configs and
// secrets, and the image pinned. It returns the credentials for the nodes, too.
func (s services) prepare(ctx context.Context, api *client.Client, wanted state.ServiceSpec, progress func(state.Progress)) (spec swarm.ServiceSpec, auth string, err error) {
	spec = wanted.Spec
	if spec.TaskTemplate.ContainerSpec == nil {
		return spec, "", nil
	}
	container := *spec.TaskTemplate.ContainerSpec
	spec.TaskTemplate.ContainerSpec = &container
	if container.Configs, err = s.withConfigs(ctx, api, container.Configs); err != nil {
		return spec, "", err
	}
	if container.Secrets, err = s.withSecrets(ctx, api, container.Secrets); err != nil {
		return spec, "", err
	}
	if auth, err = s.RegistryAuth(container.Image); err != nil {
		return spec, "", err
	}
	if wanted.Local {
		err = s.note(ctx, api, &container)
	}
	if err != nil {
		return spec, "", err
	}
	if wanted.Resolve {
		err = s.pin(ctx, wanted, &spec.TaskTemplate, progress)
	}
	return spec, auth, err
}

func (s services) withConfigs(ctx context.Context, api *client.Client, wanted []*swarm.ConfigReference) ([]*swarm.ConfigReference, error) {
	if len(wanted) == 0 {
		return wanted, nil
	}
	scope := state.Scope{ContainersOnly: true}
	for _, w := range wanted {
		scope.Configs = append(scope.Configs, w.ConfigName)
	}
	found, err := s.configs(ctx, api, scope)
	if err != nil {
		return nil, err
	}
	ids := inputIDs(found)
	filled := make([]*swarm.ConfigReference, len(wanted))
	for i, w := range wanted {
		config := *w
		if config.ConfigID = ids[w.ConfigName]; config.ConfigID == "" {
			return nil, fmt.Errorf("config %s: %w", w.ConfigName, engine.ErrNotFound)
		}
		filled[i] = &config
	}
	return filled, nil
}

func (s services) withSecrets(ctx context.Context, api *client.Client, wanted []*swarm.SecretReference) ([]*swarm.SecretReference, error) {
	if len(wanted) == 0 {
		return wanted, nil
	}
	scope := state.Scope{ContainersOnly: true}
	for _, w := range wanted {
		scope.Secrets = append(scope.Secrets, w.SecretName)
	}
	found, err := s.secrets(ctx, api, scope)
	if err != nil {
		return nil, err
	}
	ids := inputIDs(found)
	filled := make([]*swarm.SecretReference, len(wanted))
	for i, w := range wanted {
		secret := *w
		if secret.SecretID = ids[w.SecretName]; secret.SecretID == "" {
			return nil, fmt.Errorf("secret %s: %w", w.SecretName, engine.ErrNotFound)
		}
		filled[i] = &secret
	}
	return filled, nil
}

func inputIDs(inputs []state.ObservedInput) map[string]string {
	ids := make(map[string]string, len(inputs))
	for _, input := range inputs {
		ids[input.Name] = input.ID
	}
	return ids
}

// warn tells what the caller should know.
func warn(progress func(state.Progress), texts ...string) {
	if progress == nil {
		return
	}
	for _, text := range texts {
		progress(state.Progress{Detail: text, Warning: true})
	}
}
