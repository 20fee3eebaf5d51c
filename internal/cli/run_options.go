package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/google/shlex"
	"github.com/spf13/pflag"
)

// runOptions are the flags of run.
type runOptions struct {
	planOptions
	ttyOptions
	capAdd       []string
	capDrop      []string
	detach       bool
	entrypoint   string
	env          []string
	envFiles     []string
	labels       []string
	name         string
	publish      []string
	quiet        bool
	quietBuild   bool
	quietPull    bool
	rm           bool
	servicePorts bool
	useAliases   bool
	yes          bool
	user         string
	volumes      []string
	workdir      string

	command       []string // what stands behind the service
	entrypointSet bool
	entrypointCmd []string
}

func (o *runOptions) registerRun(f *pflag.FlagSet, process Process) {
	o.planOptions.probe = probeEager
	f.BoolVar(&o.build, "build", false, "Build the image before the container is started")
	f.Var(&list{&o.capAdd}, "cap-add", "Add Linux capabilities")
	f.Var(&list{&o.capDrop}, "cap-drop", "Drop Linux capabilities")
	f.BoolVarP(&o.detach, "detach", "d", false, "Run it in the background, and print the container's id")
	f.StringVar(&o.entrypoint, "entrypoint", "", "Entrypoint in place of the image's; empty is none")
	f.StringArrayVarP(&o.env, "env", "e", nil, "Set a variable: KEY=VALUE, or KEY alone for the value that it has here")
	f.StringArrayVar(&o.envFiles, "env-from-file", nil, "Set the variables of a file")
	f.StringArrayVarP(&o.labels, "label", "l", nil, "Add a label, or give it another value (KEY=VALUE)")
	f.StringVar(&o.name, "name", "", "Name of the container")
	f.BoolVar(&o.noDeps, "no-deps", false, "Don't bring up what the service depends on")
	f.StringArrayVarP(&o.publish, "publish", "p", nil, "Publish a port, in the short form of a compose file")
	f.StringVar(&o.pull, "pull", pullPerService, "When to pull images (always, missing, never, build); policy leaves it to each service")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "Print nothing but what the program prints")
	f.BoolVar(&o.quietBuild, "quiet-build", false, "Don't show the output of builds")
	f.BoolVar(&o.quietPull, "quiet-pull", false, "Don't show how far pulls are")
	f.BoolVar(&o.removeOrphans, "remove-orphans", false, "Remove containers of services that the compose file does not have")
	f.BoolVar(&o.rm, "rm", false, "Remove the container when it ends")
	f.BoolVarP(&o.servicePorts, "service-ports", "P", false, "Publish the ports of the service")
	registerYes(f, &o.yes)
	f.BoolVar(&o.useAliases, "use-aliases", false, "Give the container the service's names in its networks")
	f.StringVarP(&o.user, "user", "u", "", "User to run it as (name or uid)")
	f.StringArrayVarP(&o.volumes, "volume", "v", nil, "Mount a folder or volume, in the short form of a compose file")
	f.StringVarP(&o.workdir, "workdir", "w", "", "Folder to run it in")
	o.ttyOptions.register(f, process)
	normal := f.GetNormalizeFunc()
	f.SetNormalizeFunc(func(f *pflag.FlagSet, name string) pflag.NormalizedName {
		switch name {
		case "volumes", "labels": // as Docker Compose called them
			name = strings.TrimSuffix(name, "s")
		}
		return normal(f, name)
	})
}

// note reads what only a parsed flag set knows.
func (o *runOptions) note(f *pflag.FlagSet, process Process, command []string) error {
	o.planOptions.note(f)
	o.command = command
	if len(o.publish) > 0 && o.servicePorts {
		return errors.New("--service-ports and --publish are incompatible")
	}
	for _, label := range o.labels {
		if !strings.Contains(label, "=") {
			return fmt.Errorf("label must be set as KEY=VALUE (found: %q)", label)
		}
	}
	if o.entrypointSet = f.Changed("entrypoint"); o.entrypointSet {
		var err error
		if o.entrypointCmd, err = shlex.Split(o.entrypoint); err != nil {
			return fmt.Errorf("--entrypoint %q: %w", o.entrypoint, err)
		}
	}
	if err := o.ttyOptions.note(f, process, o.detach); err != nil {
		return err
	}
	return o.planOptions.check()
}
