package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/stackctl/stack/state"
)

// calling is by what name the program was called.
type calling struct {
	name    string // as a person types it: stack, docker-compose, docker compose
	compose bool   // it stands in for Docker Compose
	plugin  bool   // of the docker CLI
	// own finds calls of stack in texts of ours; nil is for who called it so.
	own *regexp.Regexp
}

var asStack = calling{name: "stack"}

// metadataCommand is what the docker CLI asks a plugin first.
const metadataCommand = "docker-cli-plugin-metadata"

// called works out the name, and the arguments without the word that the docker
// CLI adds: as its plugin the program is called docker-compose, and with all
// that stands after "docker".
func (p Process) called(args []string) (calling, []string) {
	if strings.TrimSuffix(filepath.Base(p.Program), ".exe") != "docker-compose" {
		return asStack, args
	}
	if i := pluginWord(args); i >= 0 {
		return calling{name: "docker compose", compose: true, plugin: true}, slices.Delete(slices.Clone(args), i, i+1)
	}
	return calling{name: "docker-compose", compose: true}, args
}

// pluginWord is where the word "compose" stands, before which there can be
// flags of the docker CLI, and its commands that are about another one. It is
// -1 where there is none.
func pluginWord(args []string) int {
	before := 0
	if len(args) > 0 && slices.Contains([]string{"help", cobra.ShellCompRequestCmd, cobra.ShellCompNoDescRequestCmd}, args[0]) {
		before = 1
	}
	flags := pflag.NewFlagSet("docker", pflag.ContinueOnError)
	flags.SetInterspersed(false)
	flags.SetOutput(io.Discard)
	new(engineFlags).register(flags)
	if flags.Parse(args[before:]) != nil || flags.Arg(0) != "compose" {
		return -1
	}
	return len(args) - flags.NArg()
}

// pluginMetadata says to the docker CLI what its plugin is. The version is the
// one of Docker Compose that we keep to: who looks at it asks what can be used.
func (p Process) pluginMetadata() error {
	encoder := json.NewEncoder(p.Out)
	encoder.SetIndent("", "     ")
	return encoder.Encode(struct {
		SchemaVersion, Vendor, Version, ShortDescription, URL string
	}{
		"0.1.0", "stack", "v" + state.ComposeVersion,
		fmt.Sprintf("Docker Compose (stack %s)", p.Version), "https://github.com/stackctl/stack",
	})
}

// rename puts the name that the program was called by into all that the
// commands say of themselves.
func (c *calling) rename(root *cobra.Command) {
	if !c.compose {
		return
	}
	names := []string{"-", "help"}
	for _, cmd := range root.Commands() {
		names = append(names, cmd.Name())
	}
	c.own = regexp.MustCompile(`\bstack (` + strings.Join(names, "|") + `)`)
	root.Use = "docker-compose"
	root.Annotations = map[string]string{cobra.CommandDisplayNameAnnotation: c.name}
	for _, cmd := range append(root.Commands(), root) {
		cmd.Use, cmd.Long, cmd.Example = c.renamed(cmd.Use), c.renamed(cmd.Long), c.renamed(cmd.Example)
		cmd.Flags().VisitAll(func(f *pflag.Flag) { f.Usage = c.renamed(f.Usage) })
	}
}

// renamed is a text of ours as it is for who called.
func (c *calling) renamed(text string) string {
	if c.own == nil {
		return text
	}
	return c.own.ReplaceAllString(text, c.name+" $1")
}
