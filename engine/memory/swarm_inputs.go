package memory

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

// input is a config or secret.
type input struct {
	state.ObservedInput
	Data []byte
}

// CreateInput creates a config or secret.
func (m services) CreateInput(ctx context.Context, spec state.InputSpec) error {
	err := m.update(ctx, func(w *world, at time.Time) error {
		if holder, err := w.input(spec.Kind, spec.Name); err == nil {
			return fmt.Errorf("name conflicts with an existing object: %s already exists: %w", holder.ID, engine.ErrConflict)
		}
		if err := accepts(spec); err != nil {
			return err
		}
		held := &input{Data: slices.Clone(spec.Content)}
		held.ObservedInput = state.ObservedInput{
			Kind: spec.Kind, ID: w.shortID(string(spec.Kind)), Name: spec.Name, Labels: maps.Clone(spec.Labels), Created: at, TemplateDriver: spec.TemplateDriver,
		}
		if spec.Kind == state.KindSecret && spec.Driver != "" {
			held.Driver, held.DriverOpts = spec.Driver, maps.Clone(spec.DriverOpts)
		}
		if spec.Kind == state.KindConfig {
			held.Digest = "sha256:" + digest(string(spec.Content))
		}
		w.Swarm.Inputs[held.ID] = held
		return nil
	})
	if err != nil {
		return fmt.Errorf("create %s %s: %w", spec.Kind, spec.Name, err)
	}
	return nil
}

var inputName = regexp.MustCompile(`^[a-zA-Z0-9]+(?:[a-zA-Z0-9-_.]*[a-zA-Z0-9])?$`)

// accepts finds what a Swarm refuses to hold (swarmkit, manager/controlapi).
func accepts(spec state.InputSpec) error {
	tooLarge := 1000 << 10
	if spec.Kind == state.KindSecret {
		tooLarge = 500 << 10
	}
	switch size := len(spec.Content); {
	case len(spec.Name) > 64 || !inputName.MatchString(spec.Name):
		return errors.New("invalid name, only 64 [a-zA-Z0-9-_.] characters allowed, and the start and end character must be [a-zA-Z0-9]")
	case spec.Kind == state.KindSecret && spec.Driver != "":
	case size == 0 || size >= tooLarge:
		return fmt.Errorf("%s data must be larger than 0 and less than %d bytes", spec.Kind, tooLarge)
	}
	return nil
}

// RemoveInput removes a config or secret that no service uses.
func (m services) RemoveInput(ctx context.Context, kind state.Kind, key string) error {
	err := m.update(ctx, func(w *world, _ time.Time) error {
		held, err := w.input(kind, key)
		if err != nil {
			return nil // what is absent needs no removal
		}
		var users []string
		for _, o := range w.Swarm.services() {
			if o.uses(held) {
				users = append(users, o.Spec.Name)
			}
		}
		if len(users) > 0 {
			return fmt.Errorf("%s '%s' is in use by the following service: %s: %w", kind, held.Name, strings.Join(users, ", "), engine.ErrConflict)
		}
		delete(w.Swarm.Inputs, held.ID)
		return nil
	})
	if err != nil {
		return fmt.Errorf("remove %s %s: %w", kind, key, err)
	}
	return nil
}

func (o *service) uses(held *input) bool {
	c := o.Spec.TaskTemplate.ContainerSpec
	if held.Kind == state.KindConfig {
		for _, used := range c.Configs {
			if used.ConfigName == held.Name {
				return true
			}
		}
		return false
	}
	for _, used := range c.Secrets {
		if used.SecretName == held.Name {
			return true
		}
	}
	return false
}

// input finds a config or secret by its id or its name.
func (w *world) input(kind state.Kind, key string) (*input, error) {
	if held := w.Swarm.Inputs[key]; held != nil && held.Kind == kind {
		return held, nil
	}
	for _, held := range w.Swarm.Inputs {
		if held.Kind == kind && held.Name == key {
			return held, nil
		}
	}
	return nil, fmt.Errorf("%s %s: %w", kind, key, engine.ErrNotFound)
}

// observeInputs are those of a project, and those that are asked for by name.
func (w *world) observeInputs(scope state.Scope) []state.ObservedInput {
	var all []state.ObservedInput
	for _, held := range w.Swarm.Inputs {
		named := scope.Configs
		if held.Kind == state.KindSecret {
			named = scope.Secrets
		}
		if held.Labels[state.LabelNamespace] == scope.Project || slices.Contains(named, held.Name) {
			o := held.ObservedInput
			o.Labels = maps.Clone(held.Labels)
			all = append(all, o)
		}
	}
	slices.SortFunc(all, func(a, b state.ObservedInput) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
	})
	return all
}
