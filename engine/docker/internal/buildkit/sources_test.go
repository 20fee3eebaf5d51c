package buildkit

import (
	"io"
	iofs "io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/tonistiigi/fsutil"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/fs"
)

// read reads a file of what the frontend is given.
func read(t *testing.T, folder fsutil.FS, name string) string {
	t.Helper()
	file, err := folder.Open(name)
	assert.NilError(t, err)
	defer file.Close()
	content, err := io.ReadAll(file)
	assert.NilError(t, err)
	return string(content)
}

func TestWhatTheFrontendIsGiven(t *testing.T) {
	dir := fs.NewDir(t, "project",
		fs.WithDir("context", fs.WithFile("Dockerfile", "FROM inside"), fs.WithDir("docker", fs.WithFile("Other", "FROM other"))),
		fs.WithDir("more", fs.WithFile("a", "more")), fs.WithFile("Outside", "FROM outside"),
		fs.WithDir("linked", fs.WithSymlink("Dockerfile", "../Outside")),
	)
	context := dir.Join("context")
	for _, test := range []struct {
		config     types.BuildConfig
		attrs      map[string]string
		dockerfile string // its content
		local      []string
	}{
		{types.BuildConfig{Context: context}, map[string]string{"filename": "Dockerfile"}, "FROM inside", []string{"context", "dockerfile"}},
		{types.BuildConfig{Context: context, Dockerfile: "docker/Other"}, map[string]string{"filename": "Other"}, "FROM other", []string{"context", "dockerfile"}},
		{types.BuildConfig{Context: context, Dockerfile: "../Outside"}, map[string]string{"filename": "Outside"}, "FROM outside", []string{"context", "dockerfile"}},
		{types.BuildConfig{Context: dir.Join("linked")}, map[string]string{"filename": "Outside"}, "FROM outside", []string{"context", "dockerfile"}},
		{types.BuildConfig{Context: context, DockerfileInline: "FROM inline"}, map[string]string{"filename": "Dockerfile"}, "FROM inline", []string{"context", "dockerfile"}},
		{
			types.BuildConfig{Context: "https://example.com/repo.git#main:dir", Dockerfile: "Other"},
			map[string]string{"context": "https://example.com/repo.git#main:dir", "filename": "Other"}, "", nil,
		},
		{
			types.BuildConfig{Context: "https://example.com/repo.git", DockerfileInline: "FROM inline"},
			map[string]string{"context": "https://example.com/repo.git", "filename": "Dockerfile", "dockerfilekey": "dockerfile"}, "FROM inline", []string{"dockerfile"},
		},
		{
			types.BuildConfig{Context: context, AdditionalContexts: types.Mapping{"more": dir.Join("more"), "base": "docker-image://app-base", "alpine:latest": "https://example.com/x.git"}},
			map[string]string{
				"filename": "Dockerfile", "frontend.caps": "moby.buildkit.frontend.contexts+forward",
				"context:more": "local:context-more", "context:base": "docker-image://app-base", "context:alpine": "https://example.com/x.git",
			}, "FROM inside", []string{"context", "context-more", "dockerfile"},
		},
	} {
		s, err := openSources(test.config)
		assert.NilError(t, err)
		if key := s.attrs["dockerfilekey"]; strings.HasPrefix(key, "dockerfile-") { // of the folder's path
			s.local["dockerfile"] = s.local[key]
			delete(s.local, key)
			delete(s.attrs, "dockerfilekey")
		}
		assert.DeepEqual(t, s.attrs, test.attrs)
		assert.DeepEqual(t, slices.Sorted(maps.Keys(s.local)), test.local)
		if test.dockerfile != "" {
			assert.Equal(t, read(t, s.local[localDockerfile], s.attrs["filename"]), test.dockerfile)
		}
	}
}

func TestTheFoldersOfDockerfilesAreToldApart(t *testing.T) {
	dir := fs.NewDir(t, "context", fs.WithDir("a", fs.WithFile("Dockerfile", "")), fs.WithDir("b", fs.WithFile("Dockerfile", "")))
	key := func(dockerfile string) string {
		s, err := openSources(types.BuildConfig{Context: dir.Path(), Dockerfile: dockerfile})
		assert.NilError(t, err)
		assert.Assert(t, s.local[s.attrs["dockerfilekey"]] != nil)
		return s.attrs["dockerfilekey"]
	}
	assert.Assert(t, key("a/Dockerfile") != key("b/Dockerfile"))
	assert.Equal(t, key("a/Dockerfile"), key("./a/Dockerfile"))
}

func TestSourcesThatAreWrong(t *testing.T) {
	dir := fs.NewDir(t, "context", fs.WithFile("file", ""), fs.WithFile("Dockerfile", ""), fs.WithDir("empty"))
	more := func(name, value string) types.BuildConfig {
		return types.BuildConfig{Context: dir.Path(), AdditionalContexts: types.Mapping{name: value}}
	}
	for _, test := range []struct {
		config types.BuildConfig
		expect string
	}{
		{types.BuildConfig{Context: dir.Join("nosuch")}, "build context: stat "},
		{types.BuildConfig{Context: dir.Join("file")}, "is not a directory"},
		{types.BuildConfig{Context: dir.Join("empty")}, "dockerfile: stat " + dir.Join("empty", "Dockerfile")},
		{types.BuildConfig{Context: dir.Path(), Dockerfile: "../nosuch"}, "dockerfile: stat " + filepath.Join(filepath.Dir(dir.Path()), "nosuch")},
		{more("x", dir.Join("nosuch")), "build.additional_contexts: x: folder: stat"},
		{more("x", dir.Join("file")), "build.additional_contexts: x: folder " + dir.Join("file") + " is not a directory"},
		{more("UPPER", "docker-image://x"), "build.additional_contexts: UPPER: "},
		{more("x", "oci-layout://folder"), "build.additional_contexts: x: oci-layout://folder: a folder with an OCI layout is not supported"},
	} {
		_, err := openSources(test.config)
		assert.ErrorContains(t, err, test.expect)
	}
}

func TestFileInMemory(t *testing.T) {
	folder := fileOf("Dockerfile", []byte("FROM x"))
	for target, count := range map[string]int{"": 1, "/": 1, "Dockerfile": 1, "Dockerfile.dockerignore": 0} {
		var seen []string
		assert.NilError(t, folder.Walk(t.Context(), target, func(path string, entry iofs.DirEntry, err error) error {
			found, statErr := entry.Info()
			assert.NilError(t, statErr)
			assert.Equal(t, found.Size(), int64(6))
			seen = append(seen, path)
			return err
		}))
		assert.Equal(t, len(seen), count, target)
	}
	assert.Equal(t, read(t, folder, "Dockerfile"), "FROM x")
	_, err := folder.Open("Dockerfile.dockerignore")
	assert.ErrorIs(t, err, iofs.ErrNotExist)
}
