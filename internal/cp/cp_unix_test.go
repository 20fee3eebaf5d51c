//go:build !windows

package cp_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/internal/cp"
)

func TestNoDeviceIsOverwritten(t *testing.T) {
	c, root := container(t), t.TempDir()
	pipe := filepath.Join(root, "pipe")
	assert.NilError(t, syscall.Mkfifo(pipe, 0o600))
	assert.ErrorContains(t, c.Out(t.Context(), "/c/file", pipe, cp.Options{}), "it is a named pipe")
	assert.ErrorContains(t, c.Out(t.Context(), "/c/file", os.DevNull, cp.Options{}), "it is a device")
}
