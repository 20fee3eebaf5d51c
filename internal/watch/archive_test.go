package watch

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/fs"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

func TestAnArchiveHasFilesAsTheyAreButForTheirOwner(t *testing.T) {
	dir := fs.NewDir(t, "archive",
		fs.WithFile("run", "#!/bin/sh", fs.WithMode(0o755)), fs.WithFile("empty", "", fs.WithMode(0o600)),
		fs.WithFile("large", string(bytes.Repeat([]byte("x"), smallFile+1))),
		fs.WithDir("sub", fs.WithMode(0o750)))
	assert.NilError(t, os.Symlink("run", dir.Join("link")))
	socket, err := net.Listen("unix", dir.Join("socket"))
	assert.NilError(t, err)
	defer socket.Close()
	var files []Mapping
	for _, name := range []string{"empty", "gone", "large", "link", "run", "socket", "sub"} {
		files = append(files, Mapping{dir.Join(name), "/app/" + name})
	}
	stream := archive(files, owner{7, 8}, func(err error) { t.Error(err) })
	defer stream.Close()
	var got []string
	for reader := tar.NewReader(stream); ; {
		h, err := reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		assert.NilError(t, err)
		content, err := io.ReadAll(reader)
		assert.NilError(t, err)
		got = append(got, fmt.Sprintf("%s %c %o %d:%d %d %s", h.Name, h.Typeflag, h.Mode, h.Uid, h.Gid, len(content), h.Linkname))
		if h.Name == "app/run" {
			found, err := os.Stat(dir.Join("run"))
			assert.NilError(t, err)
			assert.Check(t, h.ModTime.Equal(found.ModTime()), "to the nanosecond")
		}
	}
	assert.DeepEqual(t, got, []string{
		"app/empty 0 600 7:8 0 ", fmt.Sprintf("app/large 0 644 7:8 %d ", smallFile+1), "app/link 2 777 7:8 0 run",
		"app/run 0 755 7:8 9 ", "app/sub 5 750 7:8 0 ",
	})
}

func TestAFileThatShrinksWhileItIsSentBreaksTheArchive(t *testing.T) {
	var out bytes.Buffer
	a := &archiver{to: tar.NewWriter(&out)}
	err := a.content(&tar.Header{Name: "x", Mode: 0o644, Size: smallFile + 10}, bytes.NewReader([]byte("short")))
	assert.ErrorContains(t, err, "missed writing")
}

func TestAnArchiveThatNobodyReadsToItsEndIsGivenUp(t *testing.T) {
	dir := fs.NewDir(t, "archive", fs.WithFile("a", "1"))
	assert.NilError(t, archive([]Mapping{{dir.Join("a"), "/a"}}, owner{}, nil).Close())
}

// accounts are the files of a container, as text.
type accounts map[string]string

func (a accounts) CopyFrom(_ context.Context, _, name string) (io.ReadCloser, state.PathStat, error) {
	text, there := a[name]
	if !there {
		return nil, state.PathStat{}, engine.ErrNotFound
	}
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	err := w.WriteHeader(&tar.Header{Name: path.Base(name), Size: int64(len(text)), Mode: 0o644})
	_, failed := io.WriteString(w, text)
	return io.NopCloser(&archive), state.PathStat{}, errors.Join(err, failed, w.Close())
}

func (accounts) CopyTo(context.Context, string, string, io.Reader, state.ExtractOptions) error {
	return nil
}

func (accounts) StatPath(context.Context, string, string) (state.PathStat, error) {
	return state.PathStat{}, engine.ErrNotFound
}

func TestFilesBelongToWhomTheContainerRunsAs(t *testing.T) {
	usual := accounts{
		"/etc/passwd": "root:x:0:0:root:/root:/bin/sh\nnode:x:1000:1001::/home/node:/bin/sh\n",
		"/etc/group":  "root:x:0:\nstaff:x:50:node\n",
	}
	for _, c := range []struct {
		user   string
		files  accounts
		expect owner
		err    string
	}{
		{user: "", expect: owner{0, 0}},
		{user: "root", expect: owner{0, 0}},
		{user: "node", files: usual, expect: owner{1000, 1001}},
		{user: "1000", files: usual, expect: owner{1000, 1001}},
		{user: "7", files: usual, expect: owner{7, 0}},
		{user: "7:8", files: usual, expect: owner{7, 8}},
		{user: "node:staff", files: usual, expect: owner{1000, 50}},
		{user: ":staff", files: usual, err: `no user ""`},
		{user: "7", expect: owner{7, 0}},
		{user: "nobody", files: usual, err: `container c has no user "nobody"`},
		{user: "node:nobody", files: usual, err: `container c has no group "nobody"`},
	} {
		got, err := ownerOf(t.Context(), c.files, "c", c.user)
		if c.err != "" {
			assert.Check(t, err != nil && bytes.Contains([]byte(err.Error()), []byte(c.err)), "%s: %v", c.user, err)
			continue
		}
		assert.NilError(t, err, c.user)
		assert.Equal(t, got, c.expect, c.user)
	}
}

func TestPathsAreGivenInPortions(t *testing.T) {
	var paths []string
	for i := range 3000 {
		paths = append(paths, fmt.Sprintf("/app/%0100d", i))
	}
	count := 0
	for _, part := range portions(paths) {
		count += len(part)
		assert.Assert(t, len(part)*106 <= argumentsLimit)
	}
	assert.Equal(t, count, len(paths))
	assert.Equal(t, len(portions(nil)), 0)
}
