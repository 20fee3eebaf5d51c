//go:build !windows

package provider_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"gotest.tools/v3/assert"
)

// A program may leave another one behind, which holds all that it had open.
func TestAProgramThatLeavesAChildIsDone(t *testing.T) {
	held := filepath.Join(t.TempDir(), "held")
	assert.NilError(t, syscall.Mkfifo(held, 0o600))
	e := providing(t, `cat `+held+` & echo '{"type":"info","message":"up"}'`)
	said, err := run(t, e)
	assert.NilError(t, err)
	assert.DeepEqual(t, said, []string{"up"})
	release, err := os.OpenFile(held, os.O_WRONLY, 0)
	assert.NilError(t, err)
	assert.NilError(t, release.Close())
}
