package project_test

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	testfs "gotest.tools/v3/fs"

	"github.com/stackctl/stack/project"
	"github.com/stackctl/stack/state"
)

func TestASwarmHoldsConfigsAndSecrets(t *testing.T) {
	d := desired(t, loadText(t, `
services:
  web:
    image: x
    configs: [conf, outside]
    secrets: [vault]
  api: {image: x, configs: [conf]}
configs:
  conf: {content: a, template_driver: golang, labels: {a: b}}
  outside: {external: true, name: theirs}
  unused: {content: b}
secrets:
  vault: {driver: vault, driver_opts: {a: b}}
`), project.DesiredOptions{Swarm: true})
	var all []string
	for _, in := range d.Inputs {
		in.Digest, _, _ = strings.Cut(strings.TrimPrefix(in.Digest, "sha256:"), "22d4e49753bd")
		all = append(all, strings.Join([]string{string(in.Kind), in.Key, in.Name, in.Digest, string([]byte(in.Content)), in.TemplateDriver, in.Driver, in.Labels["a"], in.DriverOpts["a"]}, " "))
	}
	assert.DeepEqual(t, all, []string{
		"config conf " + d.Project.SwarmName("conf") + " ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb a golang  b ",
		"config outside theirs      ",
		"secret vault " + d.Project.SwarmName("vault") + "    vault  b",
	})
	assert.Assert(t, d.Inputs[1].External)
	web := byName(d)["web"]
	assert.Equal(t, len(web.Files), 0)
	assert.Equal(t, len(web.Inputs), 1)
}

func TestWhatASwarmDoesNotHold(t *testing.T) {
	dir := testfs.NewDir(t, "p", testfs.WithDir("folder", testfs.WithFile("a", "b")), testfs.WithFile("large", strings.Repeat("x", 500<<10)),
		testfs.WithFile("huge", strings.Repeat("x", 1000<<10)), testfs.WithFile("empty", ""))
	p := load(t, project.Options{Dir: dir.Path(), Files: []string{"-"}, Name: "p", Stdin: strings.NewReader(`
services: {web: {image: x, configs: [folder, huge, named], secrets: [large, empty]}}
configs:
  folder: {file: ./folder}
  huge: {file: ./huge}
  named: {content: x, name: a b}
secrets:
  large: {file: ./large}
  empty: {file: ./empty}
`)})
	_, err := p.Desired(project.DesiredOptions{Swarm: true})
	assert.ErrorContains(t, err, "config folder is a folder: a Swarm holds one file for each config; declare one for each of its files")
	assert.ErrorContains(t, err, "secret large has 512000 bytes: a Swarm takes fewer than 512000")
	assert.ErrorContains(t, err, "config huge has 1024000 bytes: a Swarm takes fewer than 1024000")
	assert.ErrorContains(t, err, "9:3: secrets.empty: secret empty is empty: a Swarm takes none without a content")
	assert.ErrorContains(t, err, `6:29: configs.named.name: config named has a name that a Swarm does not take: "a b"`)
}

func TestNeedsOfASwarm(t *testing.T) {
	p := loadText(t, `
services:
  web:
    image: x
    restart: always
    container_name: xx
    privileged: true
    healthcheck: {test: [CMD, x], start_period: 9s, start_interval: 1s}
    network_mode: host
    security_opt: [no-new-privileges:true, systempaths=unconfined]
    volumes: [.:/x]
    deploy: {placement: {constraints: [node.role==manager]}, mode: global}
  db:
    image: x
    ports: ["0.0.0.0:81:80", "127.0.0.1:82:80"]
`)
	var found []string
	for _, need := range desired(t, p, project.DesiredOptions{Swarm: true}).Needs {
		found = append(found, mark(need)+" "+need.Service+" "+need.Field+" "+need.Met.API)
	}
	assert.DeepEqual(t, found, []string{
		"! db ports.1.host_ip ",
		"- web container_name ",
		"- web healthcheck.start_interval 1.44",
		"~ web network_mode: host ",
		"! web privileged ",
		"~ web restart ",
		"! web security_opt.0: no-new-privileges:true 1.44",
		"! web security_opt.1 ",
		"~ web volumes.0.type: bind ",
	})
}

func mark(n state.Need) string {
	switch {
	case n.Mapped:
		return "~"
	case n.Required:
		return "!"
	}
	return "-"
}
