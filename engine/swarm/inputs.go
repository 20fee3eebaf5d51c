package swarm

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"slices"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/swarm"
	"github.com/docker/docker/client"

	"github.com/stackctl/stack/state"
)

// manyNames are more names than a request has room for.
const manyNames = 50

// CreateInput creates a config or secret.
func (s services) CreateInput(ctx context.Context, spec state.InputSpec) error {
	api, err := s.reach(ctx)
	if err != nil {
		return err
	}
	about := swarm.Annotations{Name: spec.Name, Labels: spec.Labels}
	if spec.Kind == state.KindConfig {
		_, err = api.ConfigCreate(ctx, swarm.ConfigSpec{Annotations: about, Data: spec.Content, Templating: driver(spec.TemplateDriver, nil)})
	} else {
		_, err = api.SecretCreate(ctx, swarm.SecretSpec{
			Annotations: about, Data: spec.Content, Driver: driver(spec.Driver, spec.DriverOpts), Templating: driver(spec.TemplateDriver, nil),
		})
	}
	return s.Translate(err, "create %s %s", spec.Kind, spec.Name)
}

func driver(name string, options map[string]string) *swarm.Driver {
	if name == "" {
		return nil
	}
	return &swarm.Driver{Name: name, Options: options}
}

func nameOf(driver *swarm.Driver) string {
	if driver == nil {
		return ""
	}
	return driver.Name
}

// RemoveInput removes a config or secret that no service uses.
func (s services) RemoveInput(ctx context.Context, kind state.Kind, input string) error {
	api, err := s.reach(ctx)
	if err != nil {
		return err
	}
	if kind == state.KindConfig {
		err = api.ConfigRemove(ctx, input)
	} else {
		err = api.SecretRemove(ctx, input)
	}
	if errdefs.IsNotFound(err) {
		return nil
	}
	return s.Translate(err, "remove %s %s", kind, input)
}

func (m *manager) configs(ctx context.Context, api *client.Client, scope state.Scope) ([]state.ObservedInput, error) {
	return m.inputs(scope, state.KindConfig, scope.Configs, func(filter filters.Args) (found []state.ObservedInput, err error) {
		list, err := api.ConfigList(ctx, swarm.ConfigListOptions{Filters: filter})
		for _, c := range list {
			found = append(found, state.ObservedInput{
				Kind: state.KindConfig, ID: c.ID, Name: c.Spec.Name, Labels: c.Spec.Labels,
				Digest: fmt.Sprintf("sha256:%x", sha256.Sum256(c.Spec.Data)), Created: c.CreatedAt, TemplateDriver: nameOf(c.Spec.Templating),
			})
		}
		return found, err
	})
}

func (m *manager) secrets(ctx context.Context, api *client.Client, scope state.Scope) ([]state.ObservedInput, error) {
	return m.inputs(scope, state.KindSecret, scope.Secrets, func(filter filters.Args) (found []state.ObservedInput, err error) {
		list, err := api.SecretList(ctx, swarm.SecretListOptions{Filters: filter})
		for _, c := range list {
			o := state.ObservedInput{
				Kind: state.KindSecret, ID: c.ID, Name: c.Spec.Name, Labels: c.Spec.Labels, Created: c.CreatedAt,
				TemplateDriver: nameOf(c.Spec.Templating), Driver: nameOf(c.Spec.Driver),
			}
			if c.Spec.Driver != nil {
				o.DriverOpts = c.Spec.Driver.Options
			}
			found = append(found, o)
		}
		return found, err
	})
}

// inputs are the project's configs or secrets, and those of the names.
func (m *manager) inputs(scope state.Scope, kind state.Kind, names []string, list func(filters.Args) ([]state.ObservedInput, error)) ([]state.ObservedInput, error) {
	var found []state.ObservedInput
	if !scope.ContainersOnly {
		ours, err := list(ofProject(scope.Project))
		if err != nil {
			return nil, m.Translate(err, "list %ss of %s", kind, scope.Project)
		}
		found = ours
	}
	if len(names) > 0 {
		more, err := list(ofNames(names))
		if err != nil {
			return nil, m.Translate(err, "list %ss", kind)
		}
		for _, input := range more {
			if slices.Contains(names, input.Name) { // the filter takes the beginning of a name for it
				found = append(found, input)
			}
		}
	}
	slices.SortFunc(found, func(a, b state.ObservedInput) int { return cmp.Compare(a.Name, b.Name) })
	return slices.CompactFunc(found, func(a, b state.ObservedInput) bool { return a.ID == b.ID }), nil
}

func ofNames(names []string) filters.Args {
	args := filters.NewArgs()
	if len(names) > manyNames {
		return args
	}
	for _, name := range names {
		args.Add("name", name)
	}
	return args
}
