package cli

import (
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/spf13/cobra"
	"gotest.tools/v3/assert"
)

// TestCommandsThatAreNoneForASwarmAreDocumented holds docs/swarm.md to the table
// in code, and that to the commands that there are.
func TestCommandsThatAreNoneForASwarmAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/swarm.md")
	assert.NilError(t, err)
	var documented []string
	for _, row := range regexp.MustCompile("(?m)^\\| (`\\w+`(?:, `\\w+`)*) \\|").FindAllSubmatch(page, -1) {
		for _, name := range regexp.MustCompile(`\w+`).FindAll(row[1], -1) {
			documented = append(documented, string(name))
		}
	}
	slices.Sort(documented)
	var refused []string
	for name := range noSwarm {
		refused = append(refused, name)
		assert.Check(t, slices.ContainsFunc(NewRootCommand().Commands(), func(c *cobra.Command) bool { return c.Name() == name }), name)
	}
	slices.Sort(refused)
	assert.DeepEqual(t, documented, refused)
}
