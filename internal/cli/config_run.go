package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"gopkg.in/yaml.v3"

	"github.com/stackctl/stack/project"
)

func (a *app) config(ctx context.Context, o configOptions, services []string) error {
	variables := o.variables && !o.names() && o.hash == ""
	if flag := o.unfiltered(variables); flag != "" && len(services) > 0 {
		a.warn([]string{"service filtering is not applied when " + flag + " is set: the whole model is looked at"})
	}
	if variables {
		return a.configVariables(ctx, o)
	}
	if o.hash != "" || o.services || o.volumes || o.networks || o.models {
		services = nil // as in Docker Compose, these are of the whole project
	}
	t, err := a.loaded(ctx, a.configLoad(o, services))
	if err != nil {
		return err
	}
	a.warn(t.warnings)
	list, is, err := o.list(t.project)
	switch {
	case err != nil:
		return err
	case is: // -q is for what is printed in full
		_, err := a.process.Out.Write(list)
		return err
	case o.environment:
		return a.configPrint(o, lines(t.project.Environment()))
	}
	return a.configModel(ctx, o, t)
}

// unfiltered is the flag by which the names of services make no difference, or
// empty.
func (o configOptions) unfiltered(variables bool) string {
	switch {
	case variables:
		return "--variables"
	case o.noInterpolate:
		return "--no-interpolate"
	}
	return ""
}

// configModel prints the project.
func (a *app) configModel(ctx context.Context, o configOptions, t target) error {
	if o.resolveDigests || o.lockDigests {
		if err := a.resolveImages(ctx, t); err != nil {
			return err
		}
	}
	text, err := o.model(t.project)
	if err != nil {
		return err
	}
	if o.output != "" && !o.quiet {
		return os.WriteFile(a.path(o.output), text, 0o666)
	}
	return a.configPrint(o, text)
}

func (a *app) configPrint(o configOptions, text []byte) error {
	if o.quiet {
		return nil
	}
	_, err := a.process.Out.Write(text)
	return err
}

// resolveImages asks the registries for the digests of the project's images,
// through the engine.
func (a *app) resolveImages(ctx context.Context, t target) error {
	s := &session{app: a}
	if err := a.connect(t, s); err != nil {
		return err
	}
	defer s.close()
	return t.project.ResolveImages(func(image string) (string, error) { return s.engine.ResolveDigest(ctx, image) })
}

// list is the list of names or hashes that a flag asks for, if one does. The
// order is Docker Compose's, where several are given.
func (o configOptions) list(p *project.Project) (text []byte, is bool, err error) {
	switch {
	case o.services:
		return lines(p.ServicesInOrder()), true, nil
	case o.volumes:
		return lines(p.Volumes()), true, nil
	case o.networks:
		return lines(p.Networks()), true, nil
	case o.models:
		return lines(p.Models()), true, nil
	case o.hash != "":
		text, err := hashes(p, o.hash)
		return text, true, err
	case o.profiles:
		return lines(p.ProfileNames()), true, nil
	case o.images:
		return lines(p.Images()), true, nil
	}
	return nil, false, nil
}

// unsupported is the error of another --format, in Docker Compose's words.
func (o configOptions) unsupported() error {
	return fmt.Errorf("unsupported format %q: it is yaml or json", o.format)
}

// model is the project in the format that the flags say.
func (o configOptions) model(p *project.Project) ([]byte, error) {
	if o.format != "" && o.format != "yaml" && o.format != "json" {
		return nil, o.unsupported()
	}
	switch {
	case o.lockDigests && !o.noInterpolate:
		return lock(p, o.format)
	case o.format == "json":
		return p.JSON()
	}
	return p.YAML()
}

func lines(items []string) []byte {
	var out bytes.Buffer
	for _, item := range items {
		out.WriteString(item + "\n")
	}
	return out.Bytes()
}

// hashes are the config hashes of the services that a flag names.
func hashes(p *project.Project, names string) ([]byte, error) {
	all, err := p.Hashes()
	if err != nil {
		return nil, err
	}
	hash := map[string]string{}
	for _, h := range all {
		hash[h.Service] = h.Hash
	}
	wanted := slices.Sorted(maps.Keys(hash))
	if names != "*" {
		wanted = slices.Sorted(slices.Values(strings.Split(names, ",")))
	}
	var out bytes.Buffer
	for _, name := range wanted {
		if hash[name] == "" {
			return nil, fmt.Errorf("no such service: %s", name)
		}
		fmt.Fprintf(&out, "%s %s\n", name, hash[name])
	}
	return out.Bytes(), nil
}

// lock is an override file with the images alone.
func lock(p *project.Project, format string) ([]byte, error) {
	type service struct {
		Image string `yaml:"image,omitempty" json:"image,omitempty"`
	}
	services := map[string]service{}
	for name, s := range p.Model.Services {
		services[name] = service{s.Image}
	}
	override := map[string]any{"services": services}
	if format == "json" {
		return json.MarshalIndent(override, "", "  ")
	}
	return encodeYAML(override)
}

func encodeYAML(v any) ([]byte, error) {
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	err := encoder.Encode(v)
	return out.Bytes(), err
}

// configVariables prints the variables that the files use.
func (a *app) configVariables(ctx context.Context, o configOptions) error {
	variables, err := project.Variables(ctx, a.configLoad(o, nil))
	if err != nil {
		return err
	}
	var out bytes.Buffer
	switch o.format {
	case "json":
		encoder := json.NewEncoder(&out)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "    ")
		err = encoder.Encode(variables)
	case "yaml":
		err = yaml.NewEncoder(&out).Encode(variables)
	case "":
		w := tabwriter.NewWriter(&out, 20, 1, 3, ' ', 0)
		fmt.Fprintln(w, "NAME\tREQUIRED\tDEFAULT VALUE\tALTERNATE VALUE")
		for _, name := range slices.Sorted(maps.Keys(variables)) {
			v := variables[name]
			fmt.Fprintf(w, "%s\t%t\t%s\t%s\n", name, v.Required, v.DefaultValue, v.PresenceValue)
		}
		err = w.Flush()
	default:
		err = o.unsupported()
	}
	if err != nil {
		return err
	}
	_, err = a.process.Out.Write(out.Bytes())
	return err
}
