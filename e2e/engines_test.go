package e2e_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/versions"
	"gotest.tools/v3/assert"
)

// speaks is true when the engine of the tests has that API version.
func speaks(api string) bool { return versions.GreaterThanOrEqualTo(docker.ClientVersion(), api) }

const onlyNewer = `
services:
  web:
    image: stack-e2e/dummy
    healthcheck: {test: [CMD, /dummy, health], interval: 1m, start_period: 30s, start_interval: 1s}
    networks:
      front: {gw_priority: 1, interface_name: front0, mac_address: "02:42:ac:11:77:01"}
      back: {interface_name: back0}
networks: {front: {}, back: {}}
`

func TestFieldsOfNewerEnginesHoldOrAreSaid(t *testing.T) {
	p := newProject(t, onlyNewer)
	up := p.ok("up", "-d")

	web := p.inspect("web-1")
	front, back := web.NetworkSettings.Networks[p.name+"_front"], web.NetworkSettings.Networks[p.name+"_back"]
	fields := []struct {
		name, api string
		holds     bool
	}{
		{"start_interval", "1.44", web.Config.Healthcheck.StartInterval.Seconds() == 1},
		{"mac_address", "1.44", front.MacAddress == "02:42:ac:11:77:01"},
		{"gw_priority", "1.48", front.GwPriority == 1 && back.GwPriority == 0},
		{"interface_name", "1.49", front.DriverOpts["com.docker.network.endpoint.ifname"] == "front0" && back.DriverOpts["com.docker.network.endpoint.ifname"] == "back0"},
	}
	for _, field := range fields {
		assert.Check(t, field.holds == speaks(field.api), "%s on API %s", field.name, docker.ClientVersion())
		assert.Check(t, strings.Contains(up.stderr, field.name) != speaks(field.api), "%s on API %s:\n%s", field.name, docker.ClientVersion(), up.stderr)
	}

	r := p.record()
	p.ok("up", "-d")
	assert.DeepEqual(t, r.Writes(), r.Writes()[:0])
}

func TestContainerIsOnAllItsNetworksBeforeItStarts(t *testing.T) {
	p := newProject(t, onlyNewer)
	r := p.record()
	p.ok("up", "-d")

	connects, started := 0, false
	for _, call := range r.Writes() {
		switch {
		case strings.HasSuffix(call.Path, "/connect"):
			assert.Assert(t, !started, "connected after the start")
			connects++
		case strings.HasSuffix(call.Path, "/start"):
			started = true
		}
	}
	if speaks("1.44") { // the create call takes them all
		assert.Equal(t, connects, 0)
	} else {
		assert.Equal(t, connects, 1)
	}
	assert.Equal(t, len(p.inspect("web-1").NetworkSettings.Networks), 2)
}

func TestPartOfAVolumeIsMounted(t *testing.T) {
	p := newProject(t, `
services:
  fill:
    image: busybox
    command: [sh, -c, "mkdir -p /data/part && echo here > /data/part/file"]
    volumes: ["data:/data"]
  web:
    image: stack-e2e/dummy
    depends_on: {fill: {condition: service_completed_successfully}}
    volumes: [{type: volume, source: data, target: /part, volume: {subpath: part}}]
volumes: {data: {}}
`)
	if !speaks("1.45") {
		p.fails(1, []string{"up", "-d"}, "web", "/part", "Docker Engine 26", docker.ClientVersion())
		return
	}
	p.ok("up", "-d")
	assert.Equal(t, p.exec("web-1", "cat", "/part/file"), "here\n")
	r := p.record()
	p.ok("up", "-d")
	assert.DeepEqual(t, r.Writes(), r.Writes()[:0])
}

func TestContainerIsRecreatedWhenAnImageThatItMountsIsAnother(t *testing.T) {
	p := newProject(t, `
services:
  web:
    image: stack-e2e/dummy
    volumes: [{type: image, source: files, target: /files}]
  files:
    build: ./files
    command: [serve]
`)
	p.write("files/Dockerfile", "FROM stack-e2e/dummy\nCOPY file /file\n")
	p.write("files/file", "one")
	if !speaks("1.48") {
		p.fails(1, []string{"up", "-d"}, "web", "/files", "Docker Engine 28", docker.ClientVersion())
		return
	}
	p.ok("up", "-d")
	assert.Equal(t, p.exec("web-1", "cat", "/files/file"), "one")
	first := p.inspect("web-1").ID

	p.ok("up", "-d", "--build")
	assert.Equal(t, p.inspect("web-1").ID, first)
	r := p.record()
	p.ok("up", "-d")
	assert.DeepEqual(t, r.Writes(), r.Writes()[:0])

	p.write("files/file", "two")
	p.ok("up", "-d", "--build")
	assert.Equal(t, p.exec("web-1", "cat", "/files/file"), "two")
}

func TestBuildThatChangesNothingRecreatesNothing(t *testing.T) {
	p := newProject(t, `
services:
  web: {build: ./web, scale: 2}
  beside: {image: stack-e2e/dummy, platform: "${PLATFORM}"}
`)
	p.env = append(p.env, "PLATFORM="+imagePlatform(t, "stack-e2e/dummy"))
	p.write("web/Dockerfile", "FROM stack-e2e/dummy\nCOPY file /file\n")
	p.write("web/file", "one")
	p.ok("up", "-d")
	before := p.containers()
	assert.Equal(t, len(before), 3)

	p.ok("up", "-d", "--build")
	for i, c := range p.containers() {
		assert.Equal(t, c.ID, before[i].ID)
	}
	p.write("web/file", "two")
	p.ok("up", "-d", "--build")
	for i, c := range p.containers() {
		assert.Equal(t, c.ID == before[i].ID, c.Labels[serviceLabel] == "beside")
	}
	assert.Equal(t, p.exec("web-2", "cat", "/file"), "two")
}

// TestImageIsKnownByItsDigest pins a local image where the engine knows a
// digest for it without a registry: containerd's image store does.
func TestImageIsKnownByItsDigest(t *testing.T) {
	image, err := docker.ImageInspect(t.Context(), "stack-e2e/dummy")
	assert.NilError(t, err)
	pinned := image.ID
	if i := slices.IndexFunc(image.RepoDigests, func(digest string) bool { return strings.HasPrefix(digest, "stack-e2e/dummy@") }); i >= 0 {
		pinned = image.RepoDigests[i]
	}
	p := newProject(t, `{services: {web: {image: "${PINNED}", pull_policy: never}}}`)
	p.env = append(p.env, "PINNED="+pinned)
	p.ok("up", "-d")
	assert.Equal(t, p.inspect("web-1").Image, image.ID)
	r := p.record()
	p.ok("up", "-d")
	assert.DeepEqual(t, r.Writes(), r.Writes()[:0])
}

func TestImageOfTheSameTagThatIsAnotherRecreates(t *testing.T) {
	p := newProject(t, `{services: {web: {image: "${IMAGE}", pull_policy: never}}}`)
	image := p.name + "-tagged"
	p.env = append(p.env, "IMAGE="+image)
	tag := func(source string) {
		command(t, "docker", "tag", source, image)
	}
	tag("stack-e2e/dummy")
	p.ok("up", "-d")
	first := p.inspect("web-1").ID
	tag("stack-e2e/dummy")
	p.ok("up", "-d")
	assert.Equal(t, p.inspect("web-1").ID, first)

	tag("nginx:1")
	p.ok("up", "-d")
	web := p.inspect("web-1")
	assert.Assert(t, web.ID != first)
	assert.Equal(t, web.Config.Image, image)
	out, err := exec.Command("docker", "image", "inspect", "--format", "{{.Id}}", "nginx:1").Output()
	assert.NilError(t, err)
	assert.Equal(t, web.Image, strings.TrimSpace(string(out)))
}

func imagePlatform(t *testing.T, name string) string {
	t.Helper()
	image, err := docker.ImageInspect(t.Context(), name)
	assert.NilError(t, err)
	return image.Os + "/" + image.Architecture
}
