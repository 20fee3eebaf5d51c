//go:build unix

package project_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/project"
)

func TestWhereReadsNoEnvFileThatCanBeReadOnlyOnce(t *testing.T) {
	dir := unpacked(t, "-- compose.yaml --\nservices: {web: {image: web, env_file: pipe}}\n")
	pipe := filepath.Join(dir, "pipe")
	assert.NilError(t, syscall.Mkfifo(pipe, 0o600))
	written := make(chan error, 1)
	go func() { written <- os.WriteFile(pipe, []byte("LEVEL=info\n"), 0o600) }()
	desired := desiredOf(t, project.Options{Dir: dir, Name: "p"})
	assert.NilError(t, <-written)
	assert.Equal(t, *desired.Services[0].Config.Environment["LEVEL"], "info")
	assert.Equal(t, whereIs(t, desired, "environment.LEVEL"), "environment.LEVEL: compose.yaml:1 []\n")
}
