package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/distribution/reference"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/stackctl/stack/internal/publish"
	"github.com/stackctl/stack/internal/remote"
	"github.com/stackctl/stack/internal/render"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/project"
	"github.com/stackctl/stack/state"
)

type publishOptions struct {
	app      bool
	insecure bool
	version  string
	digests  bool
	withEnv  bool
	yes      bool
}

func (a *app) publishCommand() *cobra.Command {
	var o publishOptions
	cmd := &cobra.Command{
		Use:   "publish [OPTIONS] REPOSITORY[:TAG]",
		Short: "Publish the project to a registry",
		Long: `Publish the project's compose files to a registry, as an artifact that 'stack
-f oci://REPOSITORY:TAG' and Docker Compose load. The images that are built are
pushed first. Files that services extend come along; env files do with
--with-env.

Before anything is sent you are asked about bind mounts, values of variables
and what looks like a secret. Without a terminal nothing is sent unless flags
say so.`,
		Example: `  stack publish registry.example.com/team/shop:1.4
  stack publish --dry-run registry.example.com/team/shop:1.4
  stack publish --with-env --resolve-image-digests -y example.com/shop:1.4
  stack -f oci://registry.example.com/team/shop:1.4 up -d    run it elsewhere`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.publish(cmd.Context(), o, args[0])
		},
	}
	o.register(cmd.Flags())
	completeFlag(cmd, "oci-version", "1.0", "1.1")
	return cmd
}

func (o *publishOptions) register(f *pflag.FlagSet) {
	f.BoolVar(&o.app, "app", false, "Copy the services' images into the repository too; implies --resolve-image-digests")
	f.StringVar(&o.version, "oci-version", "", "Version of OCI's image specification (1.0, 1.1; default: 1.1, or 1.0 where the registry takes no other)")
	f.BoolVar(&o.digests, "resolve-image-digests", false, "Pin images to the digests that their tags stand for now")
	f.BoolVar(&o.withEnv, "with-env", false, "Publish env files and values of variables")
	f.BoolVarP(&o.yes, "yes", "y", false, "Answer yes to every question, but for values of variables: these need --with-env")
	f.BoolVar(&o.insecure, "insecure-registry", false, "Do without TLS, or a certificate that can be checked")
	f.Lookup("insecure-registry").Hidden = true
}

func (a *app) publish(ctx context.Context, o publishOptions, repository string) error {
	p := remote.Publication{Repository: repository, OCIVersion: o.version, Maker: state.ComposeVersion}
	if err := p.Check(); err != nil {
		return err
	}
	options := a.loadOptions()
	options.Profiles, options.NoEnvResolution = []string{"*"}, true
	t, err := a.loaded(ctx, options)
	if err != nil {
		return err
	}
	sources, err := t.project.SourceFiles()
	if err != nil {
		return err
	}
	if err := a.review(ctx, &o, t, sources); err != nil {
		return err
	}
	content, err := publish.Collect(t.project, sources, o.withEnv)
	if err != nil {
		return err
	}
	p.Files = content.Files
	t.warnings = append(t.project.Warnings, content.Warnings...)
	if err := a.publishImages(ctx, o, t, &p); err != nil {
		return err
	}
	return a.publishProject(ctx, o, t, p)
}

// publishImages pushes the images that are built, and pins and lists all of
// them, if that is asked for. An engine is needed for nothing else.
func (a *app) publishImages(ctx context.Context, o publishOptions, t target, p *remote.Publication) error {
	if builds(t.project) {
		desired, err := t.project.Desired(project.DesiredOptions{Contents: project.NoContents, Run: project.Run(ctx), Swarm: a.forSwarm(t)})
		if err != nil {
			return err
		}
		err = a.onImages(ctx, goal{target: target{name: t.name, project: t.project, engine: t.engine}, desired: desired}, false, func(observed state.Observed) (planner.Plan, error) {
			return planner.Push(desired, observed, planner.PushPolicy{IgnoreFailures: true})
		})
		if err != nil {
			return err
		}
	}
	if !o.digests && !o.app {
		return nil
	}
	if a.global.dryRun {
		p.Files = append(p.Files, remote.File{Kind: remote.Compose, Name: digestsFile})
		return nil
	}
	if err := a.resolveImages(ctx, t); err != nil {
		return err
	}
	override, err := lock(t.project, "yaml")
	if err != nil {
		return err
	}
	p.Files = append(p.Files, remote.File{Kind: remote.Compose, Name: digestsFile, Content: override})
	if o.app {
		p.Images = t.project.Images()
	}
	return nil
}

// digestsFile is the override file with the images' digests.
const digestsFile = "image-digests.yaml"

func builds(p *project.Project) bool {
	for _, s := range p.Model.Services {
		if s.Build != nil {
			return true
		}
	}
	return false
}

// publishProject sends the artifact.
func (a *app) publishProject(ctx context.Context, o publishOptions, t target, p remote.Publication) error {
	settings, err := a.settings(a.env(t))
	if err != nil {
		return err
	}
	say := func(text, detail string) {
		switch settings.mode {
		case render.Quiet:
		case render.JSON:
			fmt.Fprintf(settings.status, `{"artifact":%q,"text":%q,"detail":%q}`+"\n", p.Repository, text, detail)
		default:
			fmt.Fprintln(settings.status, strings.TrimRight(" "+p.Repository+" "+text+" "+detail, " "))
		}
	}
	a.warn(t.warnings)
	if a.global.dryRun {
		a.showFiles(p)
		say("publishing", "")
		say("published", "(dry run: nothing was sent)")
		return nil
	}
	options := a.remoteOptions()
	if o.insecure {
		name, err := remote.ParseArtifact(p.Repository)
		if err != nil {
			return err
		}
		options.Insecure = append(options.Insecure, reference.Domain(name))
	}
	say("publishing", "")
	digest, err := remote.Publish(ctx, options, p)
	if err != nil {
		return fmt.Errorf("publish %s: %w", p.Repository, err)
	}
	say("published", digest.String())
	return nil
}

// showFiles prints what would be sent.
func (a *app) showFiles(p remote.Publication) {
	fmt.Fprintf(a.process.Out, "Artifact %s\n", p.Repository)
	for _, file := range p.Files {
		switch file.Kind {
		case remote.Compose:
			fmt.Fprintf(a.process.Out, "  + %s\n", file.Name)
		case remote.Base:
			fmt.Fprintf(a.process.Out, "  + %s, which services extend\n", file.Name)
		case remote.Env:
			fmt.Fprintf(a.process.Out, "  + %s, with variables or labels\n", file.Name)
		}
	}
}
