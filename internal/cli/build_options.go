package cli

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/cli/opts"
	"github.com/spf13/pflag"

	"github.com/stackctl/stack/planner"
)

// buildOptions are the flags of build.
type buildOptions struct {
	args             []string
	builder          string
	check            bool
	memory           opts.MemBytes
	noCache          bool
	print            bool
	progress         string
	provenance       string
	pull             bool
	push             bool
	quiet            bool
	sbom             string
	ssh              string
	withDependencies bool
}

func (o *buildOptions) register(f *pflag.FlagSet) {
	f.StringArrayVar(&o.args, "build-arg", nil, "Set a build argument as KEY=VALUE, or KEY for the environment's value")
	f.StringVar(&o.builder, "builder", "", "Builder of buildx to hand the builds over to")
	f.BoolVar(&o.check, "check", false, "Check the Dockerfiles in place of building")
	f.VarP(&o.memory, "memory", "m", "Memory limit of the build (classic builder only)")
	f.BoolVar(&o.noCache, "no-cache", false, "Don't use the cache")
	f.BoolVar(&o.print, "print", false, "Print the builds as a bake file in place of building")
	f.StringVar(&o.provenance, "provenance", "", "Add a provenance attestation (true, false, or its settings)")
	f.BoolVar(&o.pull, "pull", false, "Look for newer base images")
	f.BoolVar(&o.push, "push", false, "Push the images that have a name of their own when they are built")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "Don't show progress")
	f.StringVar(&o.sbom, "sbom", "", "Add an SBOM attestation (true, false, or its settings)")
	f.StringVar(&o.ssh, "ssh", "", "SSH key as ID=PATH, or default for the SSH agent")
	f.BoolVar(&o.withDependencies, "with-dependencies", false, "Build what the services depend on too")

	f.StringVar(&o.progress, "progress", "", "How to show progress: the global flag of the same name")
	f.Lookup("progress").Hidden = true
	hidden(f, "compress", true)
	hidden(f, "force-rm", true)
	hidden(f, "no-rm", false)
	hidden(f, "parallel", true)
}

// policy is what the flags ask of every build. The environment has the values
// of arguments that are given without one.
func (o *buildOptions) policy(env lookup) (planner.BuildPolicy, error) {
	builder, _ := env("BUILDX_BUILDER")
	if builder = cmp.Or(o.builder, builder); builder == "default" { // buildx's word for the engine's own
		builder = ""
	}
	policy := planner.BuildPolicy{
		NoCache: o.noCache, Pull: o.pull, Check: o.check, Push: o.push,
		Builder: builder, Memory: o.memory.Value(),
		Provenance: o.provenance, SBOM: o.sbom,
	}
	if len(o.args) > 0 {
		policy.Args = types.NewMappingWithEquals(o.args).Resolve(env)
	}
	if o.ssh != "" {
		if o.ssh != "default" && !strings.Contains(o.ssh, "=") {
			return policy, fmt.Errorf("invalid --ssh option %q: it is default or ID=PATH", o.ssh)
		}
		policy.SSH = types.SSHConfig{{ID: o.ssh}}
	}
	return policy, nil
}
