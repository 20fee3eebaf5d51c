package e2e_test

import (
	"encoding/json"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// TestFilesOfOtherFilesAreOneProject brings up what include and extends make
// of several files.
func TestFilesOfOtherFilesAreOneProject(t *testing.T) {
	p := newProject(t, `
include:
  - path: [parts/db.yaml, parts/db.override.yaml]
    env_file: parts/db.env
    project_directory: elsewhere
services:
  web:
    extends: {file: parts/base.yaml, service: base}
    hostname: web
`)
	p.write("parts/base.yaml", "services: {base: {image: busybox, command: sleep 600, hostname: base, domainname: base.test}}\n")
	p.write("parts/db.yaml", "services: {db: {image: busybox, command: sleep 600, hostname: '${HOST}', env_file: here.env}}\n")
	p.write("parts/db.override.yaml", "services: {db: {domainname: override.test}}\n")
	p.write("parts/db.env", "HOST=from-env-file\n")
	p.write("elsewhere/here.env", "FROM=the project directory\n")
	p.ok("up", "-d")
	for _, proof := range []proof{
		{of: "web", at: "Config/Hostname", want: `"web"`},
		{of: "web", at: "Config/Domainname", want: `"base.test"`},
		{of: "db", at: "Config/Hostname", want: `"from-env-file"`},
		{of: "db", at: "Config/Domainname", want: `"override.test"`},
		{of: "db", sh: "echo $FROM", want: "the project directory"},
	} {
		p.prove(proof)
	}
}

func TestScaleAndReplicasAreContainers(t *testing.T) {
	p := newProject(t, `
services:
  scaled: {image: busybox, scale: 2}
  deployed: {image: busybox, deploy: {mode: replicated, replicas: 3}}
  none: {image: busybox, scale: 0}
`)
	p.ok("up", "--no-start")
	assert.DeepEqual(t, p.names(), []string{"deployed-1", "deployed-2", "deployed-3", "scaled-1", "scaled-2"})
}

// TestConfigShowsWhatNoEngineHasAPlaceFor reads back what is written for other
// readers than the engine.
func TestConfigShowsWhatNoEngineHasAPlaceFor(t *testing.T) {
	p := newProject(t, `
version: "3.8"
services:
  web:
    image: busybox
    ports: [{target: 53, name: dns, app_protocol: dns-over-udp}]
`)
	r := p.ok("config", "--format", "json")
	var model map[string]any
	assert.NilError(t, json.Unmarshal([]byte(r.Stdout), &model))
	port := object(reach(model, "services/web/ports/#0"))
	assert.Equal(t, port["name"], "dns")
	assert.Equal(t, port["app_protocol"], "dns-over-udp")
	assert.Assert(t, strings.Contains(r.Stderr, "`version` is obsolete"), r.Stderr)
}
