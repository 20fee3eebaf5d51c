package cli

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"gotest.tools/v3/assert"
)

// ours are the flags that Docker Compose does not have, by command.
var ours = map[string][]string{
	"create":   {"replace-volume", "timeline"},
	"(global)": append([]string{"engine", "lock-timeout", "host", "context"}, dockersOwn...),
	"up":       {"plan", "probe", "replace-volume", "timeline"},
}

// flagRow is one line of the list of Docker Compose's flags.
type flagRow struct {
	command, name, shorthand, kind, value string
	hidden                                bool
}

func readFlagRows(t *testing.T) []flagRow {
	t.Helper()
	text, err := os.ReadFile("testdata/compose-cli.tsv")
	assert.NilError(t, err)
	var rows []flagRow
	for line := range strings.Lines(string(text)) {
		fields := strings.Split(strings.TrimRight(line, "\n"), "\t")
		if len(fields) < 4 || fields[1] == "usage" {
			continue
		}
		fields = append(fields, "", "")
		rows = append(rows, flagRow{
			command: fields[0], name: strings.TrimPrefix(fields[1], "--"), shorthand: strings.TrimPrefix(fields[2], "-"),
			kind: fields[3], value: fields[4], hidden: fields[5] == "hidden",
		})
	}
	return rows
}

func flagsOf(root *cobra.Command, command string) *pflag.FlagSet {
	if command == "(global)" {
		all := pflag.NewFlagSet("", pflag.ContinueOnError)
		all.AddFlagSet(root.Flags())
		all.AddFlagSet(root.PersistentFlags())
		return all
	}
	for _, c := range root.Commands() {
		if c.Name() == command {
			return c.LocalNonPersistentFlags()
		}
	}
	return nil
}

func TestFlagsAreDockerComposes(t *testing.T) {
	root := NewRootCommand()
	listed := map[string][]string{}
	for _, row := range readFlagRows(t) {
		flags := flagsOf(root, row.command)
		if flags == nil {
			continue // a command that does not exist yet
		}
		listed[row.command] = append(listed[row.command], row.name)
		flag := flags.Lookup(row.name)
		if flag == nil {
			t.Errorf("%s --%s does not exist", row.command, row.name)
			continue
		}
		found := flagRow{row.command, flag.Name, flag.Shorthand, flag.Value.Type(), flag.DefValue, flag.Hidden}
		assert.Check(t, found == row, "%s --%s: expected %+v, found %+v", row.command, row.name, row, found)
	}
	assert.Assert(t, len(listed) >= 7, "commands: %v", listed)
	for command, names := range listed {
		names = append(names, ours[command]...)
		flagsOf(root, command).VisitAll(func(f *pflag.Flag) {
			assert.Check(t, f.Name == "help" || slices.Contains(names, f.Name), "%s --%s is not Docker Compose's", command, f.Name)
		})
	}
}

func TestEveryCommandIsAManualOfItself(t *testing.T) {
	for _, c := range NewRootCommand().Commands() {
		assert.Check(t, c.Short != "", "%s has no short help", c.Name())
		assert.Check(t, c.Long != "", "%s has no long help", c.Name())
		assert.Check(t, strings.Contains(c.Example, "stack "+c.Name()), "%s has no example", c.Name())
		assert.Check(t, c.ValidArgsFunction != nil, "%s completes files", c.Name())
	}
}
