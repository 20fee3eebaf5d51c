package cli

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stackctl/stack/state"
)

type versionOptions struct {
	format string
	short  bool
}

func (a *app) versionCommand() *cobra.Command {
	var o versionOptions
	cmd := &cobra.Command{
		Use:   "version [OPTIONS]",
		Short: "Show the version",
		Long: `Show the version of stack. No engine is asked.

Called as docker-compose, or as the docker CLI's plugin, it is the version of
Docker Compose that stack keeps to, since callers look at it to know what they
can use; stack's own stands beside it.`,
		Example: `  stack version
  stack version --short
  stack version --format json`,
		Args:              cobra.NoArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              func(*cobra.Command, []string) error { return a.version(o) },
	}
	f := cmd.Flags()
	f.StringVarP(&o.format, "format", "f", "", "How to print it (pretty, json)")
	f.BoolVar(&o.short, "short", false, "Print the number alone")
	completeFlag(cmd, "format", "pretty", "json")
	return cmd
}

func (a *app) version(o versionOptions) error {
	text, own := "stack version "+a.process.Version, a.process.Version
	facts := map[string]string{"version": own}
	if a.called.compose { // who asks wants to know what can be used
		own = "v" + state.ComposeVersion
		text = fmt.Sprintf("Docker Compose version %s (stack %s)", own, a.process.Version)
		facts = map[string]string{"version": own, "stack": a.process.Version}
	}
	switch {
	case o.short:
		text = strings.TrimPrefix(own, "v")
	case o.format == "json":
		line, err := json.Marshal(facts)
		if err != nil {
			return err
		}
		text = string(line)
	case o.format != "":
		if err := checkFormat(o.format, "pretty", "json"); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(a.process.Out, text)
	return err
}
