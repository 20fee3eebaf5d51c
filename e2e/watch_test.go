package e2e_test

import (
	"archive/tar"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/image"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/e2e/driver"
)

// watch is a watch that has begun.
func (p *project) watch(args ...string) *session {
	p.t.Helper()
	s := p.begin(append([]string{"watch"}, args...)...)
	s.tells("Watch enabled")
	return s
}

// tells waits until it has printed something.
func (s *session) tells(text string) {
	s.p.t.Helper()
	driver.Eventually(s.p.t, text, func() bool { return strings.Contains(s.stdout.String()+s.stderr.String(), text) })
}

// quit ends it, as Ctrl-C does.
func (s *session) quit() {
	s.p.t.Helper()
	s.signal(syscall.SIGINT)
	assert.Equal(s.p.t, s.end(), 130, "%s%s", s.stdout.String(), s.stderr.String())
}

// held is what a container has at a path, as text; there is false for nothing.
func (p *project) held(slot, path string) (text string, there bool) {
	p.t.Helper()
	content, _, err := docker.CopyFromContainer(p.t.Context(), p.name+"-"+slot, path)
	if err != nil {
		return "", false
	}
	defer content.Close()
	reader := tar.NewReader(content)
	header, err := reader.Next()
	assert.NilError(p.t, err)
	data, err := io.ReadAll(reader)
	assert.NilError(p.t, err)
	return fmt.Sprintf("%s%s %o %d:%d", data, header.Linkname, header.Mode&0o7777, header.Uid, header.Gid), true
}

// gets waits until a container has something at a path: content, mode and owner.
func (p *project) gets(slot, path, want string) {
	p.t.Helper()
	driver.Eventually(p.t, path, func() bool { got, _ := p.held(slot, path); return got == want })
}

// loses waits until a container has nothing at a path.
func (p *project) loses(slot, path string) {
	p.t.Helper()
	driver.Eventually(p.t, "that nothing is at "+path, func() bool { _, there := p.held(slot, path); return !there })
}

func (p *project) rename(from, to string) {
	p.t.Helper()
	assert.NilError(p.t, os.Rename(filepath.Join(p.dir, from), filepath.Join(p.dir, to)))
}

func (p *project) delete(name string) {
	p.t.Helper()
	assert.NilError(p.t, os.RemoveAll(filepath.Join(p.dir, name)))
}

const syncing = `
services:
  web:
    image: busybox
    command: sleep 600
    init: true
    user: "7:8"
    scale: 2
    develop:
      watch:
        - {path: ./src, target: /app, action: sync, ignore: [skip/], initial_sync: true}
        - {path: ./some, target: /some, action: sync, include: ["**/*.txt"]}
        - {path: ./one, target: /one, action: sync}
`

func TestWatchKeepsEveryReplicaAsTheFilesAre(t *testing.T) {
	p := newProject(t, syncing)
	p.write("src/first", "first")
	s := p.watch()
	p.gets("web-1", "/app/first", "first 644 7:8")
	p.write("src/skip/x", "no")
	p.write("src/.git/x", "no")
	p.write("some/not.md", "no")
	p.write("some/deep/yes.txt", "yes")
	p.write("one", "1")
	p.write("src/deep/er/a", "a")
	assert.NilError(t, os.Chmod(filepath.Join(p.dir, "src/deep/er/a"), 0o750))
	assert.NilError(t, os.Symlink("deep/er/a", filepath.Join(p.dir, "src/link")))
	for _, slot := range []string{"web-1", "web-2"} {
		p.gets(slot, "/app/link", "deep/er/a 777 7:8")
		p.gets(slot, "/app/deep/er/a", "a 750 7:8")
		p.gets(slot, "/app/deep", " 755 7:8")
		p.gets(slot, "/some/deep/yes.txt", "yes 644 7:8")
		p.gets(slot, "/one", "1 644 7:8")
	}
	// As editors save, and what is moved and removed.
	p.write("src/.new", "second")
	p.rename("src/.new", "src/first")
	p.rename("src/deep", "src/moved")
	p.delete("src/link")
	p.delete("one")
	for _, slot := range []string{"web-1", "web-2"} {
		p.gets(slot, "/app/first", "second 644 7:8")
		p.gets(slot, "/app/moved/er/a", "a 750 7:8")
		for _, path := range []string{"/app/deep", "/app/link", "/app/.new", "/one", "/app/skip", "/app/.git", "/some/not.md"} {
			p.loses(slot, path)
		}
	}
	// A replica that comes later is as the others.
	p.ok("up", "-d", "--scale", "web=3")
	p.gets("web-3", "/app/moved/er/a", "a 750 7:8")
	s.quit()
}

func TestWatchMissesNoFileOfABurst(t *testing.T) {
	p := newProject(t, `
services:
  web: {image: busybox, command: sleep 600, init: true, develop: {watch: [{path: ./src, target: /app, action: sync}]}}
`)
	p.write("src/a", "a")
	s := p.watch()
	for i := range 2000 {
		p.write(fmt.Sprintf("src/d%d/f%d", i%100, i), "x")
	}
	count := func() string {
		return strings.TrimSpace(command(t, "docker", "exec", p.name+"-web-1", "sh", "-c", "mkdir -p /app; find /app -name 'f*' -size +0 | wc -l"))
	}
	driver.Eventually(t, "2000 files", func() bool { return count() == "2000" })
	for i := range 100 {
		p.delete(fmt.Sprintf("src/d%d", i))
	}
	driver.Eventually(t, "no file", func() bool { return count() == "0" })
	p.loses("web-1", "/app/d99")
	s.quit()
}

func TestWatchDeletesWhereThereIsNoRm(t *testing.T) {
	p := newProject(t, `
services:
  web: {image: stack-e2e/dummy, command: serve, develop: {watch: [{path: ./src, target: /app, action: sync}]}}
`)
	p.write("src/keep", "1")
	s := p.watch()
	p.write("src/deep/er/a", "a")
	p.write("src/b", "b")
	p.gets("web-1", "/app/deep/er/a", "a 644 0:0")
	p.gets("web-1", "/app/b", "b 644 0:0")
	p.delete("src/deep")
	p.delete("src/b")
	p.loses("web-1", "/app/deep")
	p.loses("web-1", "/app/b")
	s.quit()
	assert.Check(t, !strings.Contains(s.stderr.String(), "cannot delete"), s.stderr.String())
}

const acting = `
services:
  web:
    image: busybox
    command: sleep 600
    init: true
    develop:
      watch:
        - {path: ./conf, target: /conf, action: sync+restart}
        - {path: ./touch, action: restart}
        - path: ./ran
          target: /ran
          action: sync+exec
          exec:
            command: [sh, -c, 'echo $$(id -u) $$(pwd) $$HOOK $$(cat /ran/x)']
            user: "7"
            working_dir: /tmp
            environment: {HOOK: hooked}
  other: {image: busybox, command: sleep 600, init: true}
`

func TestWatchRestartsAndRunsCommandsAfterASync(t *testing.T) {
	p := newProject(t, acting)
	p.write("ran/x", "1")
	p.write("conf/x", "1")
	p.write("touch", "1")
	s := p.watch()
	started := func() string { return p.inspect("web-1").State.StartedAt }
	first, other := started(), p.inspect("other-1").State.StartedAt
	p.write("ran/x", "2")
	s.tells("web-1  | 7 /tmp hooked 2\n")
	assert.Equal(t, started(), first)
	p.write("conf/x", "2")
	driver.Eventually(t, "a restart", func() bool { return started() != first })
	s.tells(`service(s) ["web"] restarted`)
	p.gets("web-1", "/conf/x", "2 644 0:0")
	second := started()
	p.write("touch", "2")
	driver.Eventually(t, "a restart", func() bool { return started() != second })
	s.quit()
	assert.Equal(t, p.inspect("other-1").State.StartedAt, other)
}

// TestWatchRunsPrivilegedCommands takes the kernel's refusal for an answer, too.
func TestWatchRunsPrivilegedCommands(t *testing.T) {
	p := newProject(t, `
services:
  web:
    image: busybox
    command: sleep 600
    init: true
    develop:
      watch:
        - path: ./ran
          target: /ran
          action: sync+exec
          exec: {command: [sh, -c, "grep -q 'CapEff:.*a80425fb' /proc/self/status || echo more"], privileged: true}
`)
	p.write("ran/x", "1")
	s := p.watch("--no-up")
	p.ok("up", "-d")
	p.write("ran/x", "2")
	driver.Eventually(t, "what the command found", func() bool {
		return strings.Contains(s.stdout.String(), "| more") || strings.Contains(s.stdout.String()+s.stderr.String(), "unable to apply caps: operation not permitted")
	})
	s.quit()
}

// dangling are the project's images that have no name any more.
func (p *project) dangling() []image.Summary {
	p.t.Helper()
	found, err := docker.ImageList(p.t.Context(), image.ListOptions{
		Filters: filters.NewArgs(filters.Arg("dangling", "true"), filters.Arg("label", projectLabel+"="+p.name)),
	})
	assert.NilError(p.t, err)
	return found
}

func TestWatchBuildsAndReplacesOneService(t *testing.T) {
	p := newProject(t, `
services:
  web:
    build: {context: web}
    command: sleep 600
    init: true
    depends_on: [db]
    develop: {watch: [{path: ./web, action: rebuild}]}
  db: {image: busybox, command: sleep 600, init: true}
`)
	p.write("web/Dockerfile", "FROM busybox\nCOPY version /version\n")
	p.write("web/version", "1")
	p.write("web/.dockerignore", "ignored")
	s := p.watch()
	first, db := p.inspect("web-1"), p.inspect("db-1").ID
	p.write("web/ignored", "1")
	p.write("web/version", "2")
	driver.Eventually(t, "another version", func() bool { text, _ := p.held("web-1", "/version"); return strings.HasPrefix(text, "2") })
	s.tells(`service(s) ["web"] successfully built`)
	second := p.inspect("web-1").ID
	assert.Check(t, second != first.ID)
	assert.Equal(t, p.inspect("db-1").ID, db)
	driver.Eventually(t, "no dangling image", func() bool { return len(p.dangling()) == 0 })

	p.write("web/Dockerfile", "FROM busybox\nCOPY not-there /version\n")
	s.tells("warning: rebuild of service(s) [\"web\"]")
	assert.Equal(t, p.inspect("web-1").ID, second)
	p.write("web/Dockerfile", "FROM busybox\nCOPY version /again\n")
	driver.Eventually(t, "another version", func() bool { text, _ := p.held("web-1", "/again"); return strings.HasPrefix(text, "2") })
	driver.Eventually(t, "no dangling image", func() bool { return len(p.dangling()) == 0 })
	s.quit()
	assert.Check(t, p.inspect("web-1").State.Running)

	s = p.watch("--no-up", "--prune=false")
	p.write("web/version", "3")
	driver.Eventually(t, "another version", func() bool { text, _ := p.held("web-1", "/again"); return strings.HasPrefix(text, "3") })
	s.tells(`service(s) ["web"] successfully built`)
	s.quit()
	kept := p.dangling()
	assert.Equal(t, len(kept), 1, "what was replaced is kept")
	_, err := docker.ImageRemove(t.Context(), kept[0].ID, image.RemoveOptions{})
	assert.NilError(t, err)
}

func TestWatchAppliesWhatTheComposeFileSaysNow(t *testing.T) {
	p := newProject(t, `
include: [part.yaml]
services:
  web:
    image: busybox
    command: sleep 600
    init: true
    env_file: web.env
    develop: {watch: [{path: ./src, target: /app, action: sync}]}
`)
	p.write("web.env", "A=1")
	p.write("part.yaml", "services: {db: {image: busybox, command: sleep 600, init: true}}")
	p.write("src/a", "1")
	s := p.watch()
	p.write("src/a", "2")
	p.gets("web-1", "/app/a", "2 644 0:0")
	first := p.inspect("web-1").ID
	p.write("web.env", "A=2")
	driver.Eventually(t, "another variable", func() bool {
		found, err := docker.ContainerInspect(t.Context(), p.name+"-web-1")
		return err == nil && found.ID != first && strings.Contains(strings.Join(found.Config.Env, " "), "A=2")
	})
	p.gets("web-1", "/app/a", "2 644 0:0")
	p.write("part.yaml", "services: {db: {image: busybox, command: [}}")
	s.tells("watching goes on by what was there before")
	p.write("part.yaml", "services: {db: {image: busybox, command: sleep 600, init: true, labels: {mended: sure}}}")
	driver.Eventually(t, "another label", func() bool {
		found, err := docker.ContainerInspect(t.Context(), p.name+"-db-1")
		return err == nil && found.Config.Labels["mended"] != ""
	})
	s.quit()
}
