package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/internal/cli"
)

func TestEveryCommandHasAPageForMan(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "man")
	root := cli.NewRootCommand()
	assert.NilError(t, writeMan(dir, root))
	pages := 1 // of stack itself
	for _, c := range root.Commands() {
		if !c.IsAvailableCommand() || c.IsAdditionalHelpTopicCommand() {
			continue
		}
		pages++
		page, err := os.ReadFile(filepath.Join(dir, strings.ReplaceAll(c.CommandPath(), " ", "-")+".1"))
		assert.NilError(t, err)
		for _, part := range []string{".SH NAME", ".SH SYNOPSIS", ".SH DESCRIPTION", ".SH EXAMPLE"} {
			assert.Check(t, strings.Contains(string(page), part), "%s lacks %s", c.Name(), part)
		}
	}
	found, err := filepath.Glob(filepath.Join(dir, "*.1"))
	assert.NilError(t, err)
	assert.Equal(t, len(found), pages)
}
