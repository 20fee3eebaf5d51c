package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/stackctl/stack/project"
	"github.com/stackctl/stack/reconciler"
)

// globalOptions are the flags before the command.
type globalOptions struct {
	files            []string
	projectName      string
	projectDirectory string
	workDir          string // the old name of projectDirectory
	profiles         []string
	envFiles         []string
	compatibility    bool
	allResources     bool
	insecure         []string
	dryRun           bool
	engine           string
	progress         string
	ansi             string
	noANSI           bool
	parallel         int
	lockTimeout      string
	version          bool
	engineFlags
}

func (g *globalOptions) register(root *cobra.Command) {
	f := root.Flags()
	f.StringArrayVarP(&g.files, "file", "f", nil, "Compose file, or the address of one (oci://… or https://….git#REF:PATH); several are merged, - is standard input")
	f.StringVarP(&g.projectName, "project-name", "p", "", "Project name (default: the folder's)")
	f.StringVar(&g.projectDirectory, "project-directory", "", "Folder that relative paths start from (default: the first compose file's)")
	f.StringArrayVar(&g.profiles, "profile", nil, "Profile to activate")
	f.StringArrayVar(&g.envFiles, "env-file", nil, "File with variables to use in place of .env")
	f.BoolVar(&g.compatibility, "compatibility", false, "Name containers with underscores, as the first Docker Compose did")
	f.BoolVar(&g.allResources, "all-resources", false, "Include networks and volumes that no service uses")
	f.StringVar(&g.progress, "progress", "", "How to show progress (auto, tty, plain, json, quiet)")
	f.StringVar(&g.ansi, "ansi", "auto", "When to use colours and cursor movement (never, always, auto)")
	f.IntVar(&g.parallel, "parallel", -1, fmt.Sprintf("How many engine calls may run at once (%d without this flag)", reconciler.DefaultParallel))
	g.engineFlags.register(f)
	root.PersistentFlags().BoolVar(&g.dryRun, "dry-run", false, "Show the plan and change nothing")
	root.PersistentFlags().StringVar(&g.engine, "engine", "", "Engine to use: docker, swarm, or memory, which runs nothing and keeps its state in a file (default $STACK_ENGINE, x-stack.engine of the compose file, or docker)")
	root.PersistentFlags().StringVar(&g.lockTimeout, "lock-timeout", "", "Longest wait for another run that changes the project, such as 30s; 0 is not to wait (default $STACK_LOCK_TIMEOUT or no limit)")

	f.StringArrayVar(&g.insecure, "insecure-registry", nil, "Registry of compose artifacts to use without TLS")
	f.StringVar(&g.workDir, "workdir", "", "Old name of --project-directory")
	f.BoolVar(&g.noANSI, "no-ansi", false, "Old name of --ansi never")
	f.BoolVar(&g.debug, "verbose", false, "Old name of --debug")
	f.BoolVarP(&g.version, "version", "v", false, "Show the version")
	for _, name := range []string{"insecure-registry", "workdir", "no-ansi", "verbose", "version"} {
		f.Lookup(name).Hidden = true
	}
}

// check finds flags that contradict each other, and replaces the old ones.
func (g *globalOptions) check() error {
	if g.workDir != "" {
		if g.projectDirectory != "" {
			return errors.New(`cannot specify DEPRECATED "--workdir" and "--project-directory". Please use only "--project-directory" instead`)
		}
		g.projectDirectory, g.workDir = g.workDir, ""
	}
	if g.noANSI {
		if g.ansi != ansiAuto {
			return errors.New(`cannot specify DEPRECATED "--no-ansi" and "--ansi". Please use only "--ansi"`)
		}
		g.ansi = ansiNever
	}
	return g.engineFlags.check()
}

// loadOptions are the project that the flags and the environment mean.
func (a *app) loadOptions() project.Options {
	return project.Options{
		Files:            a.global.files,
		ProjectDirectory: a.global.projectDirectory,
		Name:             a.global.projectName,
		Profiles:         a.global.profiles,
		EnvFiles:         a.global.envFiles,
		Compatibility:    a.global.compatibility,
		Dir:              a.process.Dir,
		Environ:          a.process.Environ,
		Stdin:            a.process.In,
		Remotes:          a.remotes(),
	}
}
