package cli

import (
	"bytes"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"gotest.tools/v3/assert"
)

// Help fits a terminal of 80 columns.
func TestHelpFitsTheTerminal(t *testing.T) {
	check := func(c *cobra.Command) {
		var help bytes.Buffer
		c.SetOut(&help)
		assert.NilError(t, c.Help())
		for line := range strings.Lines(help.String()) {
			assert.Check(t, len([]rune(strings.TrimRight(line, "\n"))) <= 80, "%s: %s", c.CommandPath(), line)
		}
	}
	root := NewRootCommand()
	root.InitDefaultCompletionCmd()
	check(root)
	for _, c := range root.Commands() {
		check(c)
	}
}
