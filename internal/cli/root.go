package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// NewRootCommand returns the tree of commands, to be documented. It is not
// connected to a process: use [Main] to run it.
func NewRootCommand() *cobra.Command { return (&app{}).rootCommand() }

func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "stack",
		Short: "Run a project of containers from its compose file",
		Long: `stack makes a container engine hold what a compose file describes.

It compares what the file wants with what the engine holds, draws up one plan,
and carries it out: what does not depend on each other at once, everything else
as soon as what it waits for is there. 'stack plan' shows the plan without
touching anything. The flags and files are those of Docker Compose.`,
		Example: `  stack up -d          start the project of the folder
  stack plan           show what 'up' would do, and why
  stack logs -f web    follow the logs of one service
  stack down           stop and remove the project`,
		Args:             cobra.ArbitraryArgs,
		TraverseChildren: true,
		SilenceUsage:     true,
		SilenceErrors:    true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			a.command, a.verb = cmd.CommandPath(), cmd.Name()
			return a.prepare()
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if a.global.version && len(args) == 0 {
				return a.version(versionOptions{})
			}
			if len(args) == 0 {
				return cmd.Help()
			}
			return unknownCommand(cmd, args[0])
		},
	}
	root.Flags().SetInterspersed(false)
	root.SetFlagErrorFunc(flagError)
	width, _ := terminalSize(a.process.Out)
	root.SetUsageTemplate(strings.ReplaceAll(root.UsageTemplate(), "FlagUsages ", fmt.Sprintf("FlagUsagesWrapped %d ", width)))
	a.global.register(root)
	root.AddCommand(
		a.upCommand(),
		a.createCommand(),
		a.downCommand(),
		a.startCommand(),
		a.stopCommand(),
		a.restartCommand(),
		a.killCommand(),
		a.pauseCommand(),
		a.unpauseCommand(),
		a.rmCommand(),
		a.scaleCommand(),
		a.waitCommand(),
		a.planCommand(),
		a.graphCommand(),
		a.driftCommand(),
		a.explainCommand(),
		a.historyCommand(),
		a.rollbackCommand(),
		a.buildCommand(),
		a.pullCommand(),
		a.pushCommand(),
		a.publishCommand(),
		a.imagesCommand(),
		a.psCommand(),
		a.execCommand(),
		a.runCommand(),
		a.attachCommand(),
		a.logsCommand(),
		a.lsCommand(),
		a.topCommand(),
		a.portCommand(),
		a.statsCommand(),
		a.eventsCommand(),
		a.volumesCommand(),
		a.cpCommand(),
		a.watchCommand(),
		a.exportCommand(),
		a.commitCommand(),
		a.configCommand(),
		a.versionCommand(),
		a.alphaCommand(),
		a.bridgeCommand(),
	)
	for _, c := range root.Commands() {
		c.DisableFlagsInUseLine = true // [OPTIONS] says it
		c.Args = sayingUse(c.Args)
	}
	a.completeFlags(root)
	return root
}

// sayingUse adds how a command is called to an error about too few or too many
// arguments.
func sayingUse(check cobra.PositionalArgs) cobra.PositionalArgs {
	if check == nil {
		return nil
	}
	return func(cmd *cobra.Command, args []string) error {
		err := check(cmd, args)
		if err != nil && strings.Contains(err.Error(), "arg(s)") {
			return fmt.Errorf("%w: %s", err, cmd.UseLine())
		}
		return err
	}
}

// prepare checks the flags before the command, and lets the environment say what
// they do.
func (a *app) prepare() error {
	if err := a.global.check(); err != nil {
		return err
	}
	a.process.Environ = a.global.engineFlags.environ(a.process)
	return a.checkSwarm(target{})
}

func unknownCommand(root *cobra.Command, name string) error {
	hint := "run 'stack help' for the list"
	root.SuggestionsMinimumDistance = min(2, len(name)/2) // of short words everything is near
	if near := root.SuggestionsFor(name); len(near) > 0 {
		hint = "did you mean " + strings.Join(near, " or ") + "?"
	}
	return fmt.Errorf("unknown command %q: %s", name, hint)
}

// flagError says where a flag belongs that a command does not have, but stack.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if cmd == cmd.Root() || !errors.As(err, &unknown) {
		return err
	}
	name, global := unknown.GetSpecifiedName(), cmd.Root().Flags()
	spelled := "--" + name
	if len(name) == 1 {
		spelled = "-" + name
	}
	if global.Lookup(name) == nil && (len(name) != 1 || global.ShorthandLookup(name) == nil) {
		return err
	}
	return fmt.Errorf("%w: it stands before the command: stack %s … %s", err, spelled, cmd.Name())
}
