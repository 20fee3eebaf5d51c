package buildkit

import (
	"io/fs"
	"testing"

	"gotest.tools/v3/assert"
)

func TestAFileInMemoryHasTheTimeOfItsContent(t *testing.T) {
	stat := func(content string) fs.FileInfo {
		var found fs.FileInfo
		err := fileOf("Dockerfile", []byte(content)).Walk(t.Context(), "", func(_ string, entry fs.DirEntry, err error) error {
			assert.NilError(t, err)
			found, err = entry.Info()
			return err
		})
		assert.NilError(t, err)
		return found
	}
	one, two := stat("FROM a\n"), stat("FROM b\n")
	assert.Equal(t, one.Size(), two.Size())
	assert.Assert(t, !one.ModTime().Equal(two.ModTime()))
	assert.Assert(t, one.ModTime().Equal(stat("FROM a\n").ModTime()))
}
