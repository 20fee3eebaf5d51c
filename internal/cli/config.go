package cli

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/stackctl/stack/project"
)

type configOptions struct {
	environment      bool
	format           string
	hash             string
	images           bool
	lockDigests      bool
	models           bool
	networks         bool
	noConsistency    bool
	noEnvResolution  bool
	noInterpolate    bool
	noNormalize      bool
	noPathResolution bool
	output           string
	profiles         bool
	quiet            bool
	resolveDigests   bool
	services         bool
	variables        bool
	volumes          bool
}

func (a *app) configCommand() *cobra.Command {
	var o configOptions
	cmd := &cobra.Command{
		Use:     "config [OPTIONS] [SERVICE...]",
		Aliases: []string{"convert"},
		Short:   "Check the compose files and print what they come to",
		Long: `Check the compose files and print what they come to: merged, with variables
replaced, paths absolute and everything in its long form. No engine is asked,
but for the digests of images: it asks their registries.`,
		Example: `  stack config
  stack config -q && echo fine
  stack config --services
  stack config --format json web
  stack config --hash '*'`,
		ValidArgsFunction: a.completeServices,
		RunE: func(cmd *cobra.Command, services []string) error {
			return a.config(cmd.Context(), o, services)
		},
	}
	o.register(cmd.Flags())
	completeFlag(cmd, "format", "yaml", "json")
	return cmd
}

func (o *configOptions) register(f *pflag.FlagSet) {
	f.StringVar(&o.format, "format", "", "How to print it (yaml, json)")
	f.StringVarP(&o.output, "output", "o", "", "Write to a file in place of standard output")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "Check only, print nothing")
	f.BoolVar(&o.services, "services", false, "Print the names of the services")
	f.BoolVar(&o.volumes, "volumes", false, "Print the names of the volumes")
	f.BoolVar(&o.networks, "networks", false, "Print the names of the networks")
	f.BoolVar(&o.models, "models", false, "Print the names of the models")
	f.BoolVar(&o.images, "images", false, "Print the names of the images")
	f.BoolVar(&o.profiles, "profiles", false, "Print the names of the profiles")
	f.StringVar(&o.hash, "hash", "", "Print the config hashes of services: names with commas between, or *")
	f.BoolVar(&o.variables, "variables", false, "Print the variables that the files use, with their defaults")
	f.BoolVar(&o.environment, "environment", false, "Print the environment that variables are replaced from")
	f.BoolVar(&o.noInterpolate, "no-interpolate", false, "Leave variables as they are written")
	f.BoolVar(&o.noNormalize, "no-normalize", false, "Leave out defaults")
	f.BoolVar(&o.noConsistency, "no-consistency", false, "Don't check that the parts of the project fit together")
	f.BoolVar(&o.noPathResolution, "no-path-resolution", false, "Leave paths as they are written")
	f.BoolVar(&o.noEnvResolution, "no-env-resolution", false, "Don't read the services' env files")
	f.BoolVar(&o.resolveDigests, "resolve-image-digests", false, "Print images with the digests of their tags")
	f.BoolVar(&o.lockDigests, "lock-image-digests", false, "Print an override file with the images' digests only")
}

// configLoad are the options of loading. Lists of names need no env files.
func (a *app) configLoad(o configOptions, services []string) project.Options {
	options := a.loadOptions()
	options.Services = services
	options.AllResources = a.global.allResources
	options.NoConsistency = o.noConsistency
	options.NoEnvResolution = o.noEnvResolution || o.names() || o.environment
	options.NoInterpolate = o.noInterpolate && !o.images && !o.profiles && o.hash == ""
	options.NoNormalize = o.noNormalize || a.global.compatibility
	options.NoPathResolution = o.noPathResolution
	return options
}

// names is true for flags that print names only.
func (o configOptions) names() bool {
	return o.services || o.volumes || o.networks || o.models || o.images || o.profiles
}
