package cli_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/stackctl/stack/internal/cli"
)

// TestPlansOfTheExamples shows what a first `stack plan` of each example says.
func TestPlansOfTheExamples(t *testing.T) {
	root, err := filepath.Abs(filepath.Join("..", ".."))
	assert.NilError(t, err)
	files, err := filepath.Glob(filepath.Join(root, "examples", "*", "compose.yaml"))
	assert.NilError(t, err)
	assert.Assert(t, len(files) > 0)
	for _, file := range files {
		name := filepath.Base(filepath.Dir(file))
		t.Run(name, func(t *testing.T) {
			var out, errs bytes.Buffer
			code := cli.Main([]string{"-f", file, "plan"}, cli.Process{
				In: strings.NewReader(""), Out: &out, Err: &errs, Dir: t.TempDir(), Version: "v1.2.3",
				Environ: []string{"HOME=" + t.TempDir(), "STACK_ENGINE=memory", "PATH=" + os.Getenv("PATH")},
			})
			assert.Equal(t, code, 0, errs.String())
			golden.Assert(t, strings.ReplaceAll(out.String(), root, "ROOT"), filepath.Join("plans", name+".txt"))
		})
	}
}
