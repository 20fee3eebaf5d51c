package cli

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/compose-spec/compose-go/v2/format"
	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackctl/stack/state"
)

// oneOffGoal is a project whose service is one container of run.
func (a *app) oneOffGoal(ctx context.Context, o runOptions, service string) (goal, error) {
	all := a.global.allResources
	a.global.allResources = all || len(o.volumes) > 0 // a flag may name a volume that no service uses
	g, err := a.goal(ctx, o.planOptions, []string{service})
	a.global.allResources = all
	if err == nil {
		err = a.confirmRemote(ctx, g.project, o.yes || a.global.dryRun)
	}
	if err != nil {
		return goal{}, err
	}
	i := slices.IndexFunc(g.desired.Services, func(s state.Service) bool { return s.Name == service })
	if i < 0 {
		return goal{}, fmt.Errorf("service %s has no container that could run a command: a program provides it", service)
	}
	s := &g.desired.Services[i]
	if err := a.applyRun(o, g.target, &s.Config); err != nil {
		return goal{}, err
	}
	if s.Hash, err = state.ServiceHash(s.Config); err != nil {
		return goal{}, err
	}
	if !all && len(o.volumes) > 0 {
		g.desired.Networks, g.desired.Volumes = used(g.desired)
	}
	slug, err := newSlug()
	if err != nil {
		return goal{}, err
	}
	s.Replicas = 1
	s.Written = s.Config
	s.OneOff = &state.OneOff{
		Name: cmp.Or(o.name, g.desired.Project.OneOffName(service, slug)), Slug: slug,
		Aliases: o.useAliases, AutoRemove: o.rm, Attached: !o.detach,
	}
	return g, nil
}

// used are the networks and volumes that the services use.
func used(desired state.Desired) (networks []state.Network, volumes []state.Volume) {
	named := map[string]bool{}
	take := func(s types.ServiceConfig) {
		for key := range s.Networks {
			named["network "+key] = true
		}
		for _, v := range s.Volumes {
			named["volume "+v.Source] = true
		}
	}
	for _, s := range desired.Services {
		take(s.Config)
		for _, hook := range s.PreStart {
			take(hook.Config)
		}
	}
	for _, n := range desired.Networks {
		if named["network "+n.Key] {
			networks = append(networks, n)
		}
	}
	for _, v := range desired.Volumes {
		if named["volume "+v.Key] {
			volumes = append(volumes, v)
		}
	}
	return networks, volumes
}

// newSlug tells one run from all others.
func newSlug() (string, error) {
	random := make([]byte, 32)
	_, err := rand.Read(random)
	return hex.EncodeToString(random), err
}

// applyRun changes a service to what is to be run.
func (a *app) applyRun(o runOptions, t target, s *types.ServiceConfig) error {
	s.Tty, s.StdinOpen = o.tty, o.interactive
	if a.forSwarm(t) {
		s.Tty, s.StdinOpen = false, false // nobody could join it
	}
	s.ContainerName, s.Restart, s.Scale = "", "", nil
	if s.Deploy != nil {
		deploy := *s.Deploy
		deploy.RestartPolicy, deploy.Replicas = nil, nil
		s.Deploy = &deploy
	}
	if o.entrypointSet {
		s.Entrypoint, s.Command = o.entrypointCmd, nil
		if len(s.Entrypoint) == 0 {
			s.Entrypoint = types.ShellCommand{""} // none, not the image's
		}
	}
	if len(o.command) > 0 {
		s.Command = o.command
	}
	s.User = cmp.Or(o.user, s.User)
	s.WorkingDir = cmp.Or(o.workdir, s.WorkingDir)
	s.CapAdd, s.CapDrop = capabilities(s.CapAdd, o.capAdd), capabilities(s.CapDrop, o.capDrop)
	s.CapAdd, s.CapDrop = without(s.CapAdd, o.capDrop), without(s.CapDrop, o.capAdd)
	s.Labels = withLabels(s.Labels, o.labels)
	if err := a.runEnvironment(o, t, s); err != nil {
		return err
	}
	if err := publishPorts(o, s); err != nil {
		return err
	}
	return a.mount(o, s)
}

// capabilities are a service's and those that a flag adds.
func capabilities(own, added []string) []string {
	return slices.Concat(own, added)
}

func without(list, gone []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(each string) bool { return slices.Contains(gone, each) })
}

func withLabels(own types.Labels, added []string) types.Labels {
	labels := types.Labels{}
	for key, value := range own {
		labels[key] = value
	}
	for _, label := range added {
		key, value, _ := strings.Cut(label, "=")
		labels[key] = value
	}
	return labels
}

// runEnvironment puts the variables of the flags over the service's: -e over
// those of the files.
func (a *app) runEnvironment(o runOptions, t target, s *types.ServiceConfig) error {
	env := a.env(t)
	merged := types.MappingWithEquals{}
	merged.OverrideBy(s.Environment)
	for _, file := range o.envFiles {
		read, err := readEnv(a.path(file), env)
		if err != nil {
			return fmt.Errorf("--env-from-file: %w", err)
		}
		for key, value := range read {
			merged[key] = &value
		}
	}
	for _, entry := range o.env {
		key, value, given := strings.Cut(entry, "=")
		if !given {
			if value, given = env(key); !given {
				continue
			}
		}
		merged[key] = &value
	}
	s.Environment = merged
	return nil
}

func readEnv(path string, env lookup) (map[string]string, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	read, err := dotenv.ParseWithLookup(file, dotenv.LookupFn(env))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return read, nil
}

// publishPorts leaves the service's ports out, unless they are asked for.
func publishPorts(o runOptions, s *types.ServiceConfig) error {
	if o.servicePorts {
		return nil
	}
	s.Ports = nil
	for _, text := range o.publish {
		ports, err := types.ParsePortConfig(text)
		if err != nil {
			return fmt.Errorf("--publish %s: %w", text, err)
		}
		s.Ports = append(s.Ports, ports...)
	}
	return nil
}

// mount adds the mounts of the flags. One with the target of a service's takes
// its place.
func (a *app) mount(o runOptions, s *types.ServiceConfig) error {
	for _, text := range o.volumes {
		v, err := format.ParseVolume(text)
		if err != nil {
			return fmt.Errorf("--volume %s: %w", text, err)
		}
		if v.Type == types.VolumeTypeBind {
			if rest, ok := strings.CutPrefix(v.Source, "~"); ok {
				v.Source = a.process.getenv("HOME") + rest
			}
			if !filepath.IsAbs(v.Source) && !strings.HasPrefix(v.Source, "/") {
				v.Source = a.path(v.Source)
			}
		}
		s.Volumes = slices.DeleteFunc(slices.Clone(s.Volumes), func(own types.ServiceVolumeConfig) bool { return own.Target == v.Target })
		s.Volumes = append(s.Volumes, v)
	}
	return nil
}
