//go:build !windows

package buildkit

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"
)

// A program that buildx started may live on, and hold what buildx printed to.
func TestBuildxThatLeavesAChild(t *testing.T) {
	held := filepath.Join(t.TempDir(), "held")
	assert.NilError(t, syscall.Mkfifo(held, 0o600))
	script := "cat " + held + " & echo 'ERROR: no luck' >&2; exit 1"
	err := HandOver(t.Context(), buildx(t, script), os.Environ(), handOver(t, types.BuildConfig{}))
	assert.ErrorContains(t, err, "no luck")
	release, err := os.OpenFile(held, os.O_WRONLY, 0)
	assert.NilError(t, err)
	assert.NilError(t, release.Close())
}
