package cli_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/internal/cli"
)

// TestFlagsAreDockerComposes compares the commands with what Docker Compose
// v5.5.0 has: testdata/compose-flags.tsv has a line a flag, as command, flag,
// shorthand, type, default, note, and a line with the usage of each command.
func TestFlagsAreDockerComposes(t *testing.T) {
	text, err := os.ReadFile("testdata/compose-flags.tsv")
	assert.NilError(t, err)
	root := cli.NewRootCommand()
	for line := range strings.Lines(string(text)) {
		fields := append(strings.Split(strings.TrimRight(line, "\n"), "\t"), "", "", "", "")
		command := commandNamed(t, root, fields[0])
		if fields[1] == "usage" {
			usage, _, _ := strings.Cut(fields[2], " (alias")
			if command != root {
				assert.Equal(t, "stack "+command.Use, usage)
			}
			continue
		}
		name := strings.TrimPrefix(fields[1], "--")
		flag := command.Flags().Lookup(name)
		if flag == nil {
			flag = command.PersistentFlags().Lookup(name)
		}
		if assert.Check(t, flag != nil, "%s lacks --%s", fields[0], name) {
			checkFlag(t, fields, flag)
		}
	}
}

func commandNamed(t *testing.T, root *cobra.Command, name string) *cobra.Command {
	t.Helper()
	if name == "(global)" {
		return root
	}
	i := slices.IndexFunc(root.Commands(), func(c *cobra.Command) bool { return c.Name() == name })
	assert.Assert(t, i >= 0, "there is no command %s", name)
	return root.Commands()[i]
}

func checkFlag(t *testing.T, fields []string, flag *pflag.Flag) {
	t.Helper()
	what := fields[0] + " --" + flag.Name
	assert.Check(t, flag.Shorthand == strings.TrimPrefix(fields[2], "-"), "%s: shorthand %q", what, flag.Shorthand)
	assert.Check(t, flag.Value.Type() == fields[3], "%s: type %s", what, flag.Value.Type())
	assert.Check(t, flag.DefValue == fields[4], "%s: default %q", what, flag.DefValue)
	assert.Check(t, flag.Hidden == (fields[5] == "hidden"), "%s: hidden is %t", what, flag.Hidden)
}
