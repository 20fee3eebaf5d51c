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
	if o.variables {
		return a.configVariables(ctx, o)
	}
	if o.hash != "" || o.services || o.volumes || o.networks || o.models {
		services = nil // as in Docker Compose, these are of the whole project
	}
	t, err := a.loaded(ctx, a.configLoad(o, services))
	if err != nil {
		return err
	}
	warn(a.process.Err, t.warnings)
	if o.resolveDigests || o.lockDigests {
		if err := pinned(t.project); err != nil {
			return err
		}
	}
	text, err := o.text(t.project)
	if err != nil || o.quiet {
		return err
	}
	if o.output != "" && !o.lists() && o.hash == "" {
		return os.WriteFile(a.path(o.output), text, 0o666)
	}
	_, err = a.process.Out.Write(text)
	return err
}

// text is what the flags ask for.
func (o configOptions) text(p *project.Project) ([]byte, error) {
	switch {
	case o.services:
		return lines(p.Services()), nil
	case o.volumes:
		return lines(p.Volumes()), nil
	case o.networks:
		return lines(p.Networks()), nil
	case o.models:
		return lines(p.Models()), nil
	case o.hash != "":
		return hashes(p, o.hash)
	case o.profiles:
		return lines(p.ProfileNames()), nil
	case o.images:
		return lines(p.Images()), nil
	case o.environment:
		return lines(p.Environment()), nil
	case o.lockDigests:
		return lock(p)
	}
	switch o.format {
	case "", "yaml":
		return p.YAML()
	case "json":
		return p.JSON()
	}
	return nil, fmt.Errorf("unsupported format %q: it is yaml or json", o.format)
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

// pinned makes sure that every image says its digest: no registry is asked for
// the digest of a tag.
func pinned(p *project.Project) error {
	for _, image := range p.Images() {
		if !strings.Contains(image, "@sha256:") {
			return fmt.Errorf("cannot resolve the digest of image %s: registries are not asked yet; write it as %s@sha256:…", image, image)
		}
	}
	return nil
}

// lock is an override file with the images alone.
func lock(p *project.Project) ([]byte, error) {
	type service struct {
		Image string `yaml:"image"`
	}
	services := map[string]service{}
	for name, s := range p.Model.Services {
		if s.Image != "" {
			services[name] = service{s.Image}
		}
	}
	return encodeYAML(map[string]any{"services": services})
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
		err = fmt.Errorf("unsupported format %q: it is yaml or json", o.format)
	}
	if err != nil || o.quiet {
		return err
	}
	_, err = a.process.Out.Write(out.Bytes())
	return err
}
