package e2e_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/volume"
	"gotest.tools/v3/assert"
)

const keptData = `
services:
  web:
    image: stack-e2e/dummy
    volumes: [data:/data]
volumes:
  data:
    driver_opts:
      type: tmpfs
      device: tmpfs
      o: size=1m
`

// optionsOf are the options of the project's volume as the engine has them.
func optionsOf(t *testing.T, p *project) map[string]string {
	t.Helper()
	v, err := docker.VolumeInspect(t.Context(), p.name+"_data")
	assert.NilError(t, err)
	return v.Options
}

func TestAVolumeWhoseOptionsChangedIsReplacedWithConsentOnly(t *testing.T) {
	p := newProject(t, strings.Replace(keptData, "    driver_opts:\n      type: tmpfs\n      device: tmpfs\n      o: size=1m\n", "    labels: {a: b}\n", 1))
	p.ok("up", "-d")
	p.exec("web-1", "touch", "/data/kept")
	web := p.inspect("web-1").ID
	p.write("compose.yaml", keptData)

	plan := p.ok("plan")
	for _, words := range []string{
		"driver_opts.type: (none) → tmpfs  (compose.yaml:9)", "driver_opts.o: (none) → size=1m  (compose.yaml:11)",
		"labels.a: b → (none)  (compose.yaml:7)", "--replace-volume data (or --yes)",
	} {
		assert.Check(t, strings.Contains(plan.Stdout, words), "%s\n%s", words, plan.Stdout)
	}
	p.fails(1, []string{"up", "-d"}, p.name+"_data", "driver_opts.type: (none) → tmpfs", "Nothing was changed", "--replace-volume data")
	assert.Equal(t, p.inspect("web-1").ID, web)
	p.exec("web-1", "cat", "/data/kept")

	p.ok("up", "-d", "--replace-volume", "data")
	assert.Equal(t, optionsOf(t, p)["type"], "tmpfs")
	absent := exec.Command("docker", "exec", p.name+"-web-1", "/dummy", "cat", "/data/kept")
	assert.Assert(t, absent.Run() != nil, "the old data is there")
	p.ok("plan", "--detailed-exitcode")
}

func TestAFailureNamesTheLineThatMadeIt(t *testing.T) {
	taken := listen(t)
	for _, c := range []struct{ name, line, want string }{
		{"a port that is taken", `ports: ["` + taken + `:80"]`, "(ports[0], compose.yaml:5)"},
		{"a source that is not there", `volumes: [{type: bind, source: /absent/causes, target: /x, bind: {create_host_path: false}}]`, "(volumes[0], compose.yaml:5)"},
		{"a command that is not there", `entrypoint: [/absent]`, "(entrypoint, compose.yaml:5)"},
		{"a file on a directory", `volumes: ["./compose.yaml:/dummy/x"]`, "(volumes[0], compose.yaml:5)"},
		{"a hook that fails", `post_start: [{command: [cat, /absent]}]`, "(post_start[0], compose.yaml:5)"},
		{"an image that is not there", `platform: linux/amd64`, "(image, compose.yaml:4)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			image := "stack-e2e/dummy"
			if strings.HasPrefix(c.want, "(image") {
				image = "127.0.0.1:1/causes-absent"
			}
			p := newProject(t, "\nservices:\n  web:\n    image: "+image+"\n    "+c.line+"\n")
			p.fails(1, []string{"up", "-d"}, c.want)
		})
	}
}

func TestAnUnhealthyContainerNamesItsHealthcheck(t *testing.T) {
	p := newProject(t, `
services:
  web:
    image: stack-e2e/dummy
    healthcheck:
      test: [CMD, cat, /absent]
      interval: 100ms
      retries: 1
`)
	p.fails(1, []string{"up", "-d", "--wait"}, "unhealthy (healthcheck, compose.yaml:5)")
}

// A hook that failed is kept for its log, with the volumes of the service's
// container. Taking both away leaves the data.
func TestDownAfterAFailedHookKeepsAnonymousVolumes(t *testing.T) {
	p := newProject(t, migrated)
	p.ok("up", "-d")
	kept := p.inspect("web-1").Mounts
	i := slices.IndexFunc(kept, func(m container.MountPoint) bool { return m.Destination == "/own" })
	name := kept[i].Name
	t.Cleanup(func() { exec.Command("docker", "volume", "rm", name).Run() })
	command(t, "docker", "stop", p.name+"-web-1")
	p.env = append(p.env, "MIGRATE=exit 3")
	p.fails(1, []string{"up", "-d"}, "pre_start[0]")
	p.ok("down")

	volumes, err := docker.VolumeList(t.Context(), volume.ListOptions{})
	assert.NilError(t, err)
	assert.Assert(t, slices.ContainsFunc(volumes.Volumes, func(v *volume.Volume) bool { return v.Name == name }), "the anonymous volume is gone")
}
