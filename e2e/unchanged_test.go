package e2e_test

import (
	"runtime"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// TestUnchangedUpWritesNothingHowever has a case for each way to say a project
// whose second look could differ from the first.
func TestUnchangedUpWritesNothingHowever(t *testing.T) {
	for _, c := range []struct {
		name, compose string
		files         map[string]string
		env           []string
		flags         []string // of stack
		up            []string
	}{
		{name: "namespaces are shared", compose: `
services:
  a: {image: stack-e2e/dummy, ipc: shareable, volumes: [/kept]}
  net: {image: stack-e2e/dummy, network_mode: "service:a"}
  ipc: {image: stack-e2e/dummy, ipc: "service:a"}
  pid: {image: stack-e2e/dummy, pid: "service:a"}
  from: {image: stack-e2e/dummy, volumes_from: ["a:ro"], scale: 2}
  linked: {image: stack-e2e/dummy, links: ["a:db"]}
`},
		{name: "a profile is active", flags: []string{"--profile", "debug"}, compose: `
services:
  web: {image: stack-e2e/dummy}
  debug: {image: stack-e2e/dummy, profiles: [debug], depends_on: [web]}
  never: {image: stack-e2e/dummy, profiles: [other]}
`},
		{name: "the environment is read from files", files: map[string]string{"web.env": "A=1\nB=${A}2\n", ".env": "C=3\n"}, compose: `
services:
  web: {image: stack-e2e/dummy, env_file: [web.env, {path: absent.env, required: false}], environment: [C]}
`},
		{name: "other files are included and extended", compose: `
include: [more/compose.yaml]
services:
  web: {extends: {file: base.yaml, service: base}, environment: {B: "2"}}
`, files: map[string]string{
			"base.yaml":         `{services: {base: {image: stack-e2e/dummy, environment: {A: "1"}}}}`,
			"more/compose.yaml": `{services: {more: {image: stack-e2e/dummy, volumes: ["./here:/here"]}}}`,
		}},
		{name: "it is built again", up: []string{"--build"}, files: map[string]string{"Dockerfile": "FROM stack-e2e/dummy\nLABEL a=b\n"}, compose: `
services: {web: {build: ., scale: 2}}
`},
		{name: "a default platform is set", env: []string{"DOCKER_DEFAULT_PLATFORM=linux/" + runtime.GOARCH}, compose: `
services: {web: {image: stack-e2e/dummy}}
`},
		{name: "anonymous volumes and tmpfs", compose: `
services: {web: {image: stack-e2e/dummy, volumes: [/kept, {type: tmpfs, target: /scratch}], tmpfs: [/run]}}
`},
		{name: "configs and secrets have owners", files: map[string]string{"s": "secret"}, compose: `
services: {web: {image: stack-e2e/dummy, configs: [{source: c, uid: "7"}], secrets: [s]}}
configs: {c: {content: "v=${V:-1}"}}
secrets: {s: {file: ./s}}
`},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newProject(t, c.compose)
			p.env = append(p.env, c.env...)
			for name, content := range c.files {
				p.write(name, content)
			}
			up := append(append(c.flags, "up", "-d"), c.up...)
			p.ok(up...)
			before := p.containers()
			r := p.record()
			p.ok(up...)
			p.ok(append(append(c.flags, "create"), c.up...)...)
			for _, call := range r.Writes() {
				builds := slices.ContainsFunc([]string{"/build", "/session", "/grpc"}, func(path string) bool { return strings.Contains(call.Path, path) })
				assert.Check(t, builds, call.String())
			}
			assert.Equal(t, len(p.containers()), len(before))
			for i, held := range p.containers() {
				assert.Equal(t, held.ID, before[i].ID)
			}
		})
	}
}

func TestPlanAndDryRunOfAChangeWriteNothing(t *testing.T) {
	p := newProject(t, webAndData)
	p.ok("up", "-d")
	p.write("compose.yaml", strings.Replace(webAndData, "hello", "changed", 1))
	r := p.record()
	p.ok("plan")
	p.ok("--dry-run", "up", "-d", "--force-recreate", "--remove-orphans")
	p.ok("up", "-d", "--dry-run", "--scale", "web=2")
	p.ok("create", "--dry-run")
	p.ok("--dry-run", "down", "-v", "--rmi", "all")
	p.ok("--dry-run", "pull", "--ignore-pull-failures")
	for _, command := range []string{
		"exec -T web /dummy", "attach web", "run --rm web", "cp compose.yaml web:/", "commit web " + p.name + ":new", "start", "stop", "restart",
		"kill", "pause", "unpause", "scale web=3", "rm -fs", "wait --down-project web",
	} {
		p.ok(append([]string{"--dry-run"}, strings.Fields(command)...)...)
	}
	assert.DeepEqual(t, r.Writes(), r.Writes()[:0])
	assert.DeepEqual(t, p.names(), []string{"other-1", "web-1"})
}
