package e2e_test

import (
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
		assert.Check(t, strings.Contains(up.Stderr, field.name) != speaks(field.api), "%s on API %s:\n%s", field.name, docker.ClientVersion(), up.Stderr)
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
		p.fails(1, []string{"up", "-d"}, "web", "Docker Engine 26", docker.ClientVersion())
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
		p.fails(1, []string{"up", "-d"}, "web", "Docker Engine 28", docker.ClientVersion())
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
