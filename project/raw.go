package project

import (
	"context"
	"fmt"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/template"
	"github.com/compose-spec/compose-go/v2/types"
)

// Variable is a variable that a project's files use.
type Variable = template.Variable

// Variables are the variables that the files use, by name, with what the files
// say of them. They need not be set, and the files need not be right.
func Variables(ctx context.Context, o Options) (map[string]Variable, error) {
	o.NoInterpolate = true
	w, files, name, err := open(ctx, o)
	if err != nil {
		return nil, err
	}
	raw, _, err := w.rawModel(ctx, name, files, loader.WithSkipValidation)
	if err != nil {
		return nil, err
	}
	return template.ExtractVariables(raw, template.DefaultPattern), nil
}

// rawModel is the merged files as they are written, variables and all.
func (w *workspace) rawModel(ctx context.Context, name string, files []types.ConfigFile, more ...func(*loader.Options)) (map[string]any, []string, error) {
	details := types.ConfigDetails{WorkingDir: w.dir, ConfigFiles: files, Environment: w.env}
	var raw map[string]any
	warnings, err := captureWarnings(func() (err error) {
		raw, err = loader.LoadModelWithContext(ctx, details, append(more, func(o *loader.Options) { w.configure(o, name, files) })...)
		return err
	})
	if err != nil {
		return nil, nil, w.failed(ctx, name, err, files)
	}
	hideContents(raw)
	return raw, warnings, nil
}

// hideContents takes out what the loader has read from the environment for
// secrets and configs.
func hideContents(raw map[string]any) {
	for _, kind := range []string{"secrets", "configs"} {
		for name := range mapping(raw, kind) {
			object := mapping(mapping(raw, kind), name)
			delete(object, types.SecretConfigXValue)
			if object["environment"] != nil {
				delete(object, "content")
			}
		}
	}
}

// failed explains why the loader failed.
func (w *workspace) failed(ctx context.Context, name string, err error, files []types.ConfigFile) error {
	if ctx.Err() != nil {
		return fmt.Errorf("load project %s: %w", name, ctx.Err())
	}
	return w.diagnose(err, files)
}

// nameOnly is a model that knows what there is by name and nothing more: with
// variables in the place of numbers, compose-go's types cannot hold the rest.
func nameOnly(name string, raw map[string]any, env types.Mapping) *types.Project {
	model := &types.Project{
		Name: name, Environment: env, Services: types.Services{}, Networks: types.Networks{},
		Volumes: types.Volumes{}, DisabledServices: types.Services{},
	}
	for key := range mapping(raw, "services") {
		model.Services[key] = types.ServiceConfig{Name: key}
	}
	for key, value := range mapping(raw, "networks") {
		external, named := resource(value)
		model.Networks[key] = types.NetworkConfig{Name: named, External: external}
	}
	for key, value := range mapping(raw, "volumes") {
		external, named := resource(value)
		model.Volumes[key] = types.VolumeConfig{Name: named, External: external}
	}
	return model
}

func mapping(raw map[string]any, key string) map[string]any {
	m, _ := raw[key].(map[string]any)
	return m
}

// resource is whether a network or volume is external, and its name.
func resource(value any) (types.External, string) {
	fields, _ := value.(map[string]any)
	external, _ := fields["external"].(bool)
	name, _ := fields["name"].(string)
	return types.External(external), name
}
