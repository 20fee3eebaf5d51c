package e2e_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// parityDir is a fixed place: a service's hash takes in the absolute paths
// that it mounts.
const parityDir = "/tmp/stack-parity"

// TestParity shows that stack makes the engine hold what Docker Compose made
// it hold. The files share names and addresses, so they take turns, with other
// runs of this test too.
func TestParity(t *testing.T) {
	eachFixture(t, func(p parity) {
		want := expected(p.t, p.fixture)
		_, code := p.stack("up", "-d")
		assert.Equal(p.t, code, want.Exit)
		hashes, _ := p.stack("config", "--hash", "*")
		assert.Check(p.t, is.DeepEqual(sortedLines(hashes), want.Hashes))
		for _, line := range differences("", want.Objects, p.objects()) {
			p.t.Error(line)
		}
	})
}

// eachFixture runs a test of each file, with nothing of it on the engine
// before and after.
func eachFixture(t *testing.T, test func(parity)) {
	t.Helper()
	takeTurn(t, parityDir+".lock")
	assert.NilError(t, os.RemoveAll(parityDir))
	assert.NilError(t, os.CopyFS(parityDir, os.DirFS(filepath.Join("testdata", "parity"))))
	t.Cleanup(func() { os.RemoveAll(parityDir) })
	files, err := filepath.Glob(filepath.Join(parityDir, "*.yaml"))
	assert.NilError(t, err)
	for _, file := range files {
		fixture := strings.TrimSuffix(filepath.Base(file), ".yaml")
		t.Run(fixture, func(t *testing.T) {
			p := parity{t: t, fixture: fixture, name: "parity" + strings.ReplaceAll(fixture, "-", ""), host: docker.DaemonHost()}
			clear := func() { p.stack("down", "-v", "-t", "0", "--remove-orphans") }
			clear()
			t.Cleanup(clear)
			test(p)
		})
	}
}

// takeTurn waits until no other process has the lock, and has it for the rest
// of the test.
func takeTurn(t *testing.T, path string) {
	t.Helper()
	lock, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o666)
	assert.NilError(t, err)
	t.Cleanup(func() { lock.Close() })
	assert.NilError(t, syscall.Flock(int(lock.Fd()), syscall.LOCK_EX))
}

// parity is one of the files.
type parity struct {
	t             *testing.T
	fixture, name string
	host          string // the engine's address
}

// stack runs with a bare environment, as Docker Compose did.
func (p parity) stack(args ...string) (stdout string, code int) {
	p.t.Helper()
	c := exec.Command(binary, append([]string{"-p", p.name, "-f", p.fixture + ".yaml"}, args...)...)
	c.Dir = parityDir
	c.Env = []string{"PATH=" + os.Getenv("PATH"), "DOCKER_HOST=" + p.host, "HOME=" + parityDir, "PARITY=on"}
	var stderr strings.Builder
	c.Stderr = &stderr
	out, err := c.Output()
	if err != nil && c.ProcessState == nil {
		p.t.Fatal(err)
	}
	if stderr.Len() > 0 {
		p.t.Logf("stack %s\n%s", strings.Join(args, " "), stderr.String())
	}
	return string(out), c.ProcessState.ExitCode()
}

// objects are the project's containers, networks and volumes, normalised.
func (p parity) objects() map[string]any {
	p.t.Helper()
	objects := map[string]any{}
	kinds := []struct {
		name      string
		list      []string
		normalise func(map[string]any) map[string]any
	}{
		{"container", []string{"ps", "-aq"}, normalContainer},
		{"network", []string{"network", "ls", "-q"}, normalNetwork},
		{"volume", []string{"volume", "ls", "-q"}, normalVolume},
	}
	for _, kind := range kinds {
		ids := strings.Fields(command(p.t, "docker", append(kind.list, "--filter", "label="+projectLabel+"="+p.name)...))
		if len(ids) == 0 {
			continue
		}
		var found []map[string]any
		inspected := command(p.t, "docker", append([]string{kind.name, "inspect"}, ids...)...)
		assert.NilError(p.t, json.Unmarshal([]byte(inspected), &found))
		for _, each := range found {
			normal := kind.normalise(each)
			objects[kind.name+" "+strings.TrimPrefix(normal["Name"].(string), "/")] = normal
		}
	}
	return objects
}
