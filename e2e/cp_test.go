package e2e_test

import (
	"archive/tar"
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"gotest.tools/v3/assert"
)

const copied = `
services:
  web:
    image: busybox
    command: sleep 600
    init: true
    user: app
    scale: 2
    configs: [{source: passwd, target: /etc/passwd}]
configs:
  passwd: {content: "root:x:0:0::/:/bin/sh\napp:x:33:44::/:/bin/sh\n"}
`

// owned is what the engine has at a path: size, owner and group.
func (p *project) owned(slot, path string) (size int64, uid, gid int) {
	p.t.Helper()
	content, _, err := docker.CopyFromContainer(p.t.Context(), p.name+"-"+slot, path)
	assert.NilError(p.t, err)
	defer content.Close()
	header, err := tar.NewReader(content).Next()
	assert.NilError(p.t, err)
	return header.Size, header.Uid, header.Gid
}

func TestCopyGivesEachReplicaAllOfALargeTar(t *testing.T) {
	const large = 24 << 20
	p := newProject(t, copied)
	p.ok("up", "-d")
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	assert.NilError(t, w.WriteHeader(&tar.Header{Name: "large", Mode: 0o644, Uid: 7, Gid: 8, Size: large}))
	_, err := io.CopyN(w, zeros{}, large)
	assert.NilError(t, err)
	assert.NilError(t, w.Close())
	c := p.command("cp", "-", "web:/tmp")
	c.Stdin = &archive
	r := p.finish(c)
	assert.Equal(t, r.Code, 0, r.Stderr)
	for _, slot := range []string{"web-1", "web-2"} {
		size, uid, gid := p.owned(slot, "/tmp/large")
		assert.DeepEqual(t, []int64{size, int64(uid), int64(gid)}, []int64{large, 7, 8})
	}
}

// zeros is a reader without an end.
type zeros struct{}

func (zeros) Read(part []byte) (int, error) { clear(part); return len(part), nil }

func TestCopyInArchiveModeKeepsOwners(t *testing.T) {
	p := newProject(t, copied)
	p.ok("up", "-d")
	p.write("file", "hello\n")
	assert.NilError(t, os.Chown(filepath.Join(p.dir, "file"), 5, 6))

	p.ok("cp", "file", "web:/tmp/plain")
	_, uid, gid := p.owned("web-2", "/tmp/plain")
	assert.DeepEqual(t, []int{uid, gid}, []int{5, 6})
	p.ok("cp", "-a", "file", "web:/tmp/kept")
	_, uid, gid = p.owned("web-2", "/tmp/kept")
	assert.DeepEqual(t, []int{uid, gid}, []int{33, 44})

	p.ok("cp", "web:/tmp/kept", "mine")
	p.ok("cp", "-a", "web:/tmp/kept", "theirs")
	assert.DeepEqual(t, ownerOf(t, filepath.Join(p.dir, "mine")), []int{os.Getuid(), os.Getgid()})
	assert.DeepEqual(t, ownerOf(t, filepath.Join(p.dir, "theirs")), []int{33, 44})
}

func ownerOf(t *testing.T, name string) []int {
	t.Helper()
	found, err := os.Stat(name)
	assert.NilError(t, err)
	sys := found.Sys().(*syscall.Stat_t)
	return []int{int(sys.Uid), int(sys.Gid)}
}

func TestCopyWorksOnStoppedContainersAndSaysWhatIsNotThere(t *testing.T) {
	p := newProject(t, copied)
	p.ok("create")
	p.write("file", "hello\n")
	p.ok("cp", "--index", "1", "file", "web:/tmp")
	size, _, _ := p.owned("web-1", "/tmp/file")
	assert.Equal(t, size, int64(6))
	_, err := docker.ContainerStatPath(t.Context(), p.name+"-web-2", "/tmp/file")
	assert.Assert(t, err != nil)
	p.fails(1, []string{"cp", "file", "web:/absent/x"}, p.name+"-web-1: ", "Could not find the file /absent in container", p.name+"-web-2: ")
}

func TestCopyIsAsDockerCP(t *testing.T) {
	p := newProject(t, "services:\n  a: &s {image: busybox, command: sleep 600, init: true}\n  b: *s\n")
	p.ok("up", "-d")
	p.write("dir/file", "1")
	p.write("dir/sub/deep", "2")
	p.write("other", "3")
	for link, target := range map[string]string{"link": "dir/file", "dir/dirlink": "sub"} {
		assert.NilError(t, os.Symlink(target, filepath.Join(p.dir, link)))
	}
	for _, args := range [][]string{
		{"dir", ":/t"}, {"dir", ":/t"}, {"dir/.", ":/t"}, {"dir/", ":/t/new"}, {"dir/sub", ":/t/new/"}, {"other", ":/t/file"}, {"other", ":/t/named"},
		{"link", ":/t"}, {"-L", "link", ":/t/followed"}, {"dir/dirlink", ":/t/new"}, {"-L", "dir/dirlink", ":/t/there"}, {"other", ":/t/dirlink"},
		{"other", ":/t/absent/"}, {"dir", ":/t/file"}, {"absent", ":/t"}, {"other", ":/absent/x"}, {"other", ":/etc/mtab/"},
	} {
		ours := p.run(append([]string{"cp"}, at(args, "a")...)...)
		theirs := exec.Command("docker", append([]string{"cp"}, at(args, p.name+"-b-1")...)...)
		theirs.Dir = p.dir
		said, err := theirs.CombinedOutput()
		assert.Equal(t, ours.Code == 0, err == nil, "%v: stack: %s docker: %s", args, ours.Stderr, said)
	}
	var held [2]string
	for i, service := range []string{"a-1", "b-1"} {
		out, err := exec.Command("docker", "exec", p.name+"-"+service, "sh", "-c",
			`find /t | sort | while read f; do echo "$f $(stat -c '%a %u %s %F' "$f") $(readlink "$f")"; test -f "$f" && cat "$f"; done`).CombinedOutput()
		assert.NilError(t, err, "%s", out)
		held[i] = string(out)
	}
	assert.Equal(t, held[0], held[1])
}

// at names the container in arguments that begin with a colon.
func at(args []string, container string) []string {
	named := slices.Clone(args)
	for i, arg := range named {
		if strings.HasPrefix(arg, ":") {
			named[i] = container + arg
		}
	}
	return named
}
