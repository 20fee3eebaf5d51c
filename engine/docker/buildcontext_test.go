package docker

import (
	"archive/tar"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/fs"
)

// archived reads the names of a context's archive, directories with a slash.
func archived(t *testing.T, config types.BuildConfig) []string {
	t.Helper()
	c, err := openContext(config)
	assert.NilError(t, err)
	body := c.stream()
	defer body.Close()
	archive := tar.NewReader(body)
	var names []string
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			slices.Sort(names)
			return names
		}
		assert.NilError(t, err)
		assert.Equal(t, header.Uid+header.Gid, 0)
		names = append(names, header.Name)
	}
}

func TestContextLeavesOutWhatIsIgnored(t *testing.T) {
	dir := fs.NewDir(t, "context",
		fs.WithFile("Dockerfile", "FROM scratch"),
		fs.WithFile("a.txt", "a"), fs.WithFile("a.log", ""),
		fs.WithDir("node_modules", fs.WithDir("x", fs.WithFile("y", ""))),
		fs.WithDir("docs", fs.WithFile("kept.md", ""), fs.WithFile("dropped.md", "")),
		fs.WithSymlink("link", "a.txt"),
	)
	all := []string{"./", "Dockerfile", "a.log", "a.txt", "docs/", "docs/dropped.md", "docs/kept.md", "link", "node_modules/", "node_modules/x/", "node_modules/x/y"}
	assert.DeepEqual(t, archived(t, types.BuildConfig{Context: dir.Path()}), withoutSlashes(all))

	write := func(name, content string) {
		t.Helper()
		assert.NilError(t, os.WriteFile(dir.Join(name), []byte(content), 0o600))
	}
	write(".dockerignore", "# comment\n*.log\nnode_modules\ndocs\n!docs/kept.md\nDockerfile\n.dockerignore\n")
	kept := []string{"./", ".dockerignore", "Dockerfile", "a.txt", "docs/kept.md", "link"}
	assert.DeepEqual(t, archived(t, types.BuildConfig{Context: dir.Path()}), kept)

	write("Other", "FROM scratch")
	write("Other.dockerignore", "**\n!a.txt\n")
	assert.DeepEqual(t, archived(t, types.BuildConfig{Context: dir.Path(), Dockerfile: "Other"}), []string{"./", ".dockerignore", "Other", "a.txt"})
}

// withoutSlashes takes the slash off directories below the first.
func withoutSlashes(names []string) []string {
	var out []string
	for i, name := range names {
		if i > 0 && name[len(name)-1] == '/' {
			name = name[:len(name)-1]
		}
		out = append(out, name)
	}
	return out
}

func TestDockerfilesFromElsewhere(t *testing.T) {
	dir := fs.NewDir(t, "project", fs.WithDir("context", fs.WithFile("a", "")), fs.WithFile("Dockerfile", "FROM outside"))
	outside, err := openContext(types.BuildConfig{Context: dir.Join("context"), Dockerfile: dir.Join("Dockerfile")})
	assert.NilError(t, err)
	assert.Equal(t, string(outside.content), "FROM outside")
	inline, err := openContext(types.BuildConfig{Context: dir.Join("context"), DockerfileInline: "FROM inline"})
	assert.NilError(t, err)
	assert.Equal(t, string(inline.content), "FROM inline")
	assert.Assert(t, inline.dockerfile != outside.dockerfile)
	assert.DeepEqual(t, archived(t, types.BuildConfig{Context: dir.Join("context"), DockerfileInline: "FROM inline"}), []string{"./", inline.dockerfile, "a"})
}

func TestContextsThatAreWrong(t *testing.T) {
	dir := fs.NewDir(t, "context", fs.WithFile("file", ""), fs.WithFile("Bad", ""), fs.WithFile("Bad.dockerignore", "[\n"))
	for _, test := range []struct {
		config types.BuildConfig
		expect string
	}{
		{types.BuildConfig{Context: dir.Join("nosuch")}, "build context: stat "},
		{types.BuildConfig{Context: dir.Join("file")}, "is not a directory"},
		{types.BuildConfig{Context: dir.Path()}, "dockerfile: stat " + dir.Join("Dockerfile")},
		{types.BuildConfig{Context: dir.Path(), Dockerfile: "../nosuch"}, "dockerfile: open " + filepath.Join(filepath.Dir(dir.Path()), "nosuch")},
		{types.BuildConfig{Context: dir.Path(), Dockerfile: "Bad"}, ".dockerignore of " + dir.Path()},
	} {
		_, err := openContext(test.config)
		assert.ErrorContains(t, err, test.expect)
	}
}

func TestContextThatIsNotReadToItsEnd(t *testing.T) {
	dir := fs.NewDir(t, "context", fs.WithFile("Dockerfile", "FROM scratch"), fs.WithFile("big", string(make([]byte, 1<<20))))
	c, err := openContext(types.BuildConfig{Context: dir.Path()})
	assert.NilError(t, err)
	assert.NilError(t, c.stream().Close())
}
