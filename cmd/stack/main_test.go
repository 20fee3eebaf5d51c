package main

import (
	"os"
	"testing"

	"gotest.tools/v3/assert"
)

func TestAFolderThatIsGoneKeepsItsName(t *testing.T) {
	gone := t.TempDir() + "/gone"
	assert.NilError(t, os.Mkdir(gone, 0o755))
	t.Chdir(gone)
	assert.NilError(t, os.Remove(gone))
	t.Setenv("PWD", gone)
	dir, err := workingDir()
	assert.NilError(t, err)
	assert.Equal(t, dir, gone)
	t.Setenv("PWD", "")
	_, err = workingDir()
	assert.ErrorIs(t, err, os.ErrNotExist)
}
