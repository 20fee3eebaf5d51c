package e2e_test

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/volume"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/e2e/driver"
	"github.com/stackctl/stack/e2e/recorder"
)

const (
	projectLabel = "com.docker.compose.project"
	serviceLabel = "com.docker.compose.service"
	numberLabel  = "com.docker.compose.container-number"
)

// project is a compose file in a folder of its own, under a name that no other
// test has. What the engine holds of it is removed at the end of the test, and
// written to artefacts/ first if the test failed.
type project struct {
	t    *testing.T
	name string
	dir  string
	env  []string // besides the bare environment
	ran  []string // a transcript
}

var count atomic.Int64

// newProject makes the test parallel to the others.
func newProject(t *testing.T, compose string) *project {
	t.Helper()
	t.Parallel()
	p := &project{t: t, name: fmt.Sprintf("e2e-%d-%d", os.Getpid(), count.Add(1)), dir: t.TempDir()}
	p.env = []string{"HOME=" + p.dir, "PATH=" + os.Getenv("PATH"), "DOCKER_HOST=" + docker.DaemonHost()}
	p.write("compose.yaml", compose)
	t.Cleanup(p.remove)
	return p
}

// write puts a file into the project's folder.
func (p *project) write(name, content string) {
	p.t.Helper()
	path := filepath.Join(p.dir, name)
	assert.NilError(p.t, os.MkdirAll(filepath.Dir(path), 0o755))
	assert.NilError(p.t, os.WriteFile(path, []byte(content), 0o644))
}

// record returns what stands between the project's commands and the engine from now on.
func (p *project) record() *recorder.Recorder {
	p.t.Helper()
	r, err := recorder.Listen(p.t.TempDir(), docker.DaemonHost())
	assert.NilError(p.t, err)
	p.t.Cleanup(func() { r.Close() })
	p.env = append(p.env, "DOCKER_HOST="+r.Host)
	return r
}

// command is stack with the arguments, in the project's folder.
func (p *project) command(args ...string) *exec.Cmd {
	return p.commandOf(binary, args...)
}

func (p *project) commandOf(program string, args ...string) *exec.Cmd {
	c := exec.Command(program, append([]string{"-p", p.name}, args...)...)
	c.Dir, c.Env = p.dir, p.env
	return c
}

// run returns how stack ended, whichever way.
func (p *project) run(args ...string) driver.Result {
	p.t.Helper()
	return p.finish(p.command(args...))
}

func (p *project) finish(c *exec.Cmd) driver.Result {
	p.t.Helper()
	return p.end(driver.Start(p.t, c))
}

// end waits for a command to end, and puts it into the transcript.
func (p *project) end(running *driver.Running) driver.Result {
	p.t.Helper()
	r, transcript := running.Wait()
	p.ran = append(p.ran, transcript)
	return r
}

// ok runs stack and fails the test unless it exits with 0.
func (p *project) ok(args ...string) driver.Result {
	p.t.Helper()
	r := p.run(args...)
	assert.Equal(p.t, r.Code, 0, "stack %s: %s", strings.Join(args, " "), r.Stderr)
	return r
}

// fails runs stack, which has to fail with that code, and to say all of the words.
func (p *project) fails(code int, args []string, words ...string) driver.Result {
	p.t.Helper()
	r := p.run(args...)
	assert.Equal(p.t, r.Code, code, "stack %s: %s", strings.Join(args, " "), r.Stderr)
	for _, word := range words {
		assert.Assert(p.t, strings.Contains(r.Stderr, word), "stderr lacks %q:\n%s", word, r.Stderr)
	}
	return r
}

func (p *project) labeled() filters.Args {
	return filters.NewArgs(filters.Arg("label", projectLabel+"="+p.name))
}

// containers are what the engine holds, in whatever state, by name.
func (p *project) containers() []container.Summary {
	p.t.Helper()
	found, err := docker.ContainerList(p.t.Context(), container.ListOptions{All: true, Filters: p.labeled()})
	assert.NilError(p.t, err)
	slices.SortFunc(found, func(a, b container.Summary) int { return cmp.Compare(a.Names[0], b.Names[0]) })
	return found
}

// names are the containers as SERVICE-NUMBER, by name.
func (p *project) names() []string {
	p.t.Helper()
	names := []string{}
	for _, c := range p.containers() {
		names = append(names, strings.TrimPrefix(c.Names[0], "/"+p.name+"-"))
	}
	return names
}

// inspect is one container by SERVICE-NUMBER.
func (p *project) inspect(name string) container.InspectResponse {
	p.t.Helper()
	c, err := docker.ContainerInspect(p.t.Context(), p.name+"-"+name)
	assert.NilError(p.t, err)
	return c
}

func (p *project) networks() []string {
	p.t.Helper()
	found, err := docker.NetworkList(p.t.Context(), network.ListOptions{Filters: p.labeled()})
	assert.NilError(p.t, err)
	names := []string{}
	for _, n := range found {
		names = append(names, strings.TrimPrefix(n.Name, p.name+"_"))
	}
	slices.Sort(names)
	return names
}

func (p *project) volumes() []string {
	p.t.Helper()
	found, err := docker.VolumeList(p.t.Context(), volume.ListOptions{Filters: p.labeled()})
	assert.NilError(p.t, err)
	names := []string{}
	for _, v := range found.Volumes {
		names = append(names, strings.TrimPrefix(v.Name, p.name+"_"))
	}
	slices.Sort(names)
	return names
}

// printed is what a container has printed so far.
func (p *project) printed(name string) string {
	p.t.Helper()
	out, err := exec.Command("docker", "logs", p.name+"-"+name).CombinedOutput()
	assert.NilError(p.t, err, string(out))
	return string(out)
}

// exec runs dummy in a container, and returns what it printed.
func (p *project) exec(name string, args ...string) string {
	p.t.Helper()
	out, err := exec.Command("docker", append([]string{"exec", p.name + "-" + name, "/dummy"}, args...)...).CombinedOutput()
	assert.NilError(p.t, err, string(out))
	return string(out)
}

var unsafe = regexp.MustCompile(`[^A-Za-z0-9]+`)

// remove ends all that is left of the project, without stack.
func (p *project) remove() {
	sh := func(script string) string {
		out, _ := exec.Command("sh", "-c", script, "sh", projectLabel+"="+p.name, p.name).CombinedOutput()
		return string(out)
	}
	if p.t.Failed() {
		dir := filepath.Join("artefacts", unsafe.ReplaceAllString(p.t.Name(), "-"))
		state := sh(`docker ps -a --filter label=$1
			for c in $(docker ps -aq --filter label=$1); do docker inspect $c; docker logs --tail 200 $c; done
			docker network ls --filter label=$1; docker volume ls --filter label=$1`)
		if err := os.MkdirAll(dir, 0o755); err == nil {
			os.WriteFile(filepath.Join(dir, "engine.txt"), []byte(state), 0o644)
			os.WriteFile(filepath.Join(dir, "transcript.txt"), []byte(strings.Join(p.ran, "\n")), 0o644)
			p.t.Logf("see e2e/%s", dir)
		}
	}
	sh(`docker ps -aq --filter label=$1 | xargs -r docker rm -fv
		docker network ls -q --filter label=$1 | xargs -r docker network rm
		docker volume ls -q --filter label=$1 | xargs -r docker volume rm
		docker image ls --format '{{.Repository}}:{{.Tag}}' "$2-*" | xargs -r docker image rm -f`) // by name: others may have the image too
}
