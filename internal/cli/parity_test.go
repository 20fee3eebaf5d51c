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
	"run":      {"yes"},
	"scale":    {"yes"},
	"up":       {"plan", "probe", "replace-volume", "timeline"},
	"watch":    {"yes"},
}

// composeRow is one line of testdata/compose-cli.tsv: a flag of a command of
// Docker Compose v5.5.0, or how the command is used.
type composeRow struct {
	command, name, shorthand, kind, value string
	hidden                                bool
	usage                                 string
}

func readComposeRows(t *testing.T) []composeRow {
	t.Helper()
	text, err := os.ReadFile("testdata/compose-cli.tsv")
	assert.NilError(t, err)
	var rows []composeRow
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		fields := append(strings.Split(strings.TrimRight(line, "\n"), "\t"), "", "", "", "")
		row := composeRow{command: fields[0]}
		if fields[1] == "usage" {
			row.usage, _, _ = strings.Cut(fields[2], " (alias")
		} else {
			row.name, row.shorthand = strings.TrimPrefix(fields[1], "--"), strings.TrimPrefix(fields[2], "-")
			row.kind, row.value, row.hidden = fields[3], fields[4], fields[5] == "hidden"
		}
		rows = append(rows, row)
	}
	return rows
}

// commandOf is a command by its name in the list, and nil if there is none.
func commandOf(root *cobra.Command, name string) *cobra.Command {
	if name == "(global)" {
		return root
	}
	for _, c := range root.Commands() {
		if c.Name() == name {
			return c
		}
	}
	return nil
}

// flagsOf are the flags that a command has of its own.
func flagsOf(c *cobra.Command) *pflag.FlagSet {
	if c.HasParent() {
		return c.LocalNonPersistentFlags()
	}
	all := pflag.NewFlagSet("", pflag.ContinueOnError)
	all.AddFlagSet(c.Flags())
	all.AddFlagSet(c.PersistentFlags())
	return all
}

// TestTheCommandLineIsDockerComposes walks all that Docker Compose takes: each
// command and each flag is there, with the same shorthand, type and default, and
// nothing else is that is not known to be ours.
func TestTheCommandLineIsDockerComposes(t *testing.T) {
	root := NewRootCommand()
	listed := map[*cobra.Command][]string{}
	for _, row := range readComposeRows(t) {
		cmd := commandOf(root, row.command)
		switch {
		case cmd == nil:
			t.Errorf("there is no command %s", row.command)
		case row.usage != "":
			usage, _, _ := strings.Cut("stack "+cmd.Use, "\n") // it may have a second form
			assert.Check(t, cmd == root || row.usage == usage, "expected usage %q, found %q", row.usage, usage)
		default:
			listed[cmd] = append(listed[cmd], row.name)
			checkFlag(t, row, flagsOf(cmd).Lookup(row.name))
		}
	}
	for cmd, names := range listed {
		name := cmd.Name()
		if cmd == root {
			name = "(global)"
		}
		names = append(names, ours[name]...)
		flagsOf(cmd).VisitAll(func(f *pflag.Flag) {
			assert.Check(t, f.Name == "help" || slices.Contains(names, f.Name), "%s --%s is not Docker Compose's", name, f.Name)
		})
	}
}

func checkFlag(t *testing.T, row composeRow, flag *pflag.Flag) {
	t.Helper()
	if flag == nil {
		t.Errorf("%s --%s does not exist", row.command, row.name)
		return
	}
	found := composeRow{
		command: row.command, name: flag.Name, shorthand: flag.Shorthand,
		kind: flag.Value.Type(), value: flag.DefValue, hidden: flag.Hidden,
	}
	assert.Check(t, found == row, "%s --%s: expected %+v, found %+v", row.command, row.name, row, found)
}

func TestEveryCommandIsAManualOfItself(t *testing.T) {
	for _, c := range NewRootCommand().Commands() {
		assert.Check(t, c.Short != "", "%s has no short help", c.Name())
		assert.Check(t, c.Long != "", "%s has no long help", c.Name())
		assert.Check(t, strings.Contains(c.Example, "stack "+c.Name()), "%s has no example", c.Name())
		assert.Check(t, c.ValidArgsFunction != nil, "%s completes files", c.Name())
	}
}
