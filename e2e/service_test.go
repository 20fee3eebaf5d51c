package e2e_test

import (
	"encoding/json"
	"net"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
)

func TestConfigsAndSecretsAreInTheContainer(t *testing.T) {
	p := newProject(t, `
services:
  web:
    image: stack-e2e/dummy
    configs: [{source: inline, target: /etc/inline}, {source: file, target: /etc/file}, {source: env, target: /etc/env}]
    secrets: [token, {source: env, target: renamed, mode: 0400}]
configs:
  inline: {content: "name is ${NAME}"}
  file: {file: ./file.txt}
  env: {environment: NAME}
secrets:
  token: {file: ./token.txt}
  env: {environment: NAME}
`)
	p.write("file.txt", "from a file")
	p.write("token.txt", "a token")
	p.write(".env", "NAME=shop\n")
	p.ok("up", "-d")
	for path, content := range map[string]string{
		"/etc/inline":          "name is shop",
		"/etc/file":            "from a file",
		"/etc/env":             "shop",
		"/run/secrets/token":   "a token",
		"/run/secrets/renamed": "shop",
	} {
		assert.Equal(t, p.exec("web-1", "cat", path), content, path)
	}
}

func TestEnvironmentComesFromFilesAndVariables(t *testing.T) {
	p := newProject(t, `
services:
  web:
    image: stack-e2e/dummy
    env_file: [vars.env]
    environment: {B: "${FROM_DOTENV:-unset}"}
`)
	p.write("vars.env", "A=file\nB=file\n")
	p.write(".env", "FROM_DOTENV=dotenv\n")
	p.ok("up", "-d")
	assert.Equal(t, p.exec("web-1", "env", "A"), "file\n")
	assert.Equal(t, p.exec("web-1", "env", "B"), "dotenv\n")
}

func TestServicesReachEachOtherByNameAndAliasOnSharedNetworksOnly(t *testing.T) {
	p := newProject(t, `
services:
  a: {image: stack-e2e/dummy, networks: [front]}
  b: {image: stack-e2e/dummy, networks: {front: {}, back: {aliases: [database]}}}
  c: {image: stack-e2e/dummy, networks: [back]}
networks: {front: {}, back: {internal: true}}
`)
	p.ok("up", "-d")
	assert.DeepEqual(t, p.networks(), []string{"back", "front"})
	on := func(name string) []string {
		var networks []string
		for network := range p.inspect(name).NetworkSettings.Networks {
			networks = append(networks, strings.TrimPrefix(network, p.name+"_"))
		}
		slices.Sort(networks)
		return networks
	}
	assert.DeepEqual(t, on("a-1"), []string{"front"})
	assert.DeepEqual(t, on("b-1"), []string{"back", "front"})
	assert.DeepEqual(t, on("c-1"), []string{"back"})
	aliases := p.inspect("b-1").NetworkSettings.Networks[p.name+"_back"].Aliases
	assert.Assert(t, slices.Contains(aliases, "database") && slices.Contains(aliases, "b"), aliases)
}

func TestPublishedPortAnswers(t *testing.T) {
	p := newProject(t, `{services: {web: {image: "nginx:1", ports: ["127.0.0.1::80"]}}}`)
	p.ok("up", "-d")
	bound := p.inspect("web-1").NetworkSettings.Ports["80/tcp"]
	assert.Equal(t, len(bound), 1)
	connection, err := net.DialTimeout("tcp", net.JoinHostPort("127.0.0.1", bound[0].HostPort), 5*time.Second)
	assert.NilError(t, err)
	connection.Close()
}

func TestBindMountShowsTheProjectsFiles(t *testing.T) {
	p := newProject(t, `{services: {web: {image: stack-e2e/dummy, volumes: ["./site:/site:ro"]}}}`)
	p.write("site/index.html", "hello")
	p.ok("up", "-d")
	assert.Equal(t, p.exec("web-1", "cat", "/site/index.html"), "hello")
}

func TestBuiltServiceRunsItsImage(t *testing.T) {
	p := newProject(t, `
services:
  web:
    build: {context: ./web, args: {GREETING: hello}, target: final}
`)
	p.write("web/Dockerfile", `FROM stack-e2e/dummy AS base
FROM base AS final
ARG GREETING
ENV GREETING=$GREETING
COPY file /file
FROM base
`)
	p.write("web/file", "content")
	p.ok("up", "-d")
	assert.Equal(t, p.inspect("web-1").Config.Image, p.name+"-web")
	assert.Equal(t, p.exec("web-1", "env", "GREETING"), "hello\n")
	assert.Equal(t, p.exec("web-1", "cat", "/file"), "content")

	id := p.inspect("web-1").ID
	r := p.record()
	p.ok("up", "-d")
	assert.DeepEqual(t, r.Writes(), r.Writes()[:0])

	p.write("web/file", "changed")
	p.ok("up", "-d", "--build")
	assert.Assert(t, p.inspect("web-1").ID != id)
	assert.Equal(t, p.exec("web-1", "cat", "/file"), "changed")
}

func TestFailedBuildFailsUpWithTheStep(t *testing.T) {
	p := newProject(t, `{services: {web: {build: ./web}}}`)
	p.write("web/Dockerfile", "FROM stack-e2e/dummy\nCOPY absent /file\n")
	p.fails(1, []string{"up", "-d"}, "web", "absent")
}

func TestFilesAreMergedInOrderAndReadFromStandardInput(t *testing.T) {
	p := newProject(t, webAndData)
	p.write("prod.yaml", `{services: {web: {environment: {GREETING: prod}}}}`)
	p.ok("-f", "compose.yaml", "-f", "prod.yaml", "up", "-d")
	assert.Equal(t, p.exec("web-1", "env", "GREETING"), "prod\n")

	c := p.command("-f", "-", "up", "-d", "web")
	c.Stdin = strings.NewReader(strings.Replace(webAndData, "hello", "piped", 1))
	up := p.finish(c)
	assert.Equal(t, up.Code, 0, up.Stderr)
	assert.Equal(t, p.exec("web-1", "env", "GREETING"), "piped\n")
}

func TestPsTellsScriptsAboutEachContainer(t *testing.T) {
	p := newProject(t, webAndData)
	p.ok("up", "-d")
	var names []string
	decoder := json.NewDecoder(strings.NewReader(p.ok("ps", "--format", "json").Stdout))
	for decoder.More() {
		var row struct{ Name, Service, Project, Image, State string }
		assert.NilError(t, decoder.Decode(&row))
		assert.Equal(t, row.Project, p.name)
		assert.Equal(t, row.State, "running")
		assert.Equal(t, row.Image, "stack-e2e/dummy")
		names = append(names, row.Name)
	}
	slices.Sort(names)
	assert.DeepEqual(t, names, []string{p.name + "-other-1", p.name + "-web-1"})
	assert.Equal(t, strings.TrimSpace(p.ok("ps", "-q", "web").Stdout), p.inspect("web-1").ID)
}

func TestConfigHashIsWhatTheContainerCarries(t *testing.T) {
	p := newProject(t, webAndData)
	p.ok("up", "-d")
	for line := range strings.Lines(p.ok("config", "--hash", "*").Stdout) {
		service, hash, _ := strings.Cut(strings.TrimSpace(line), " ")
		assert.Equal(t, p.inspect(service + "-1").Config.Labels["com.docker.compose.config-hash"], hash)
	}
}

func TestRunsAtOnceEndWithOneContainerASlot(t *testing.T) {
	p := newProject(t, webAndData)
	first, second := p.begin("up", "-d"), p.begin("up", "-d")
	assert.Equal(t, first.end(), 0, first.stderr.String())
	assert.Equal(t, second.end(), 0, second.stderr.String())
	assert.DeepEqual(t, p.names(), []string{"other-1", "web-1"})
}

func TestProjectChangesHandsWithoutBeingMadeAnew(t *testing.T) {
	peer := os.Getenv("STACK_PEER")
	if peer == "" {
		t.Log("STACK_PEER is not set to a docker-compose binary: only stack hands over to itself")
		peer = binary
	}
	p := newProject(t, webAndData)
	ids := func() []string {
		var ids []string
		for _, c := range p.containers() {
			ids = append(ids, c.ID)
		}
		return ids
	}
	for _, turn := range [][2]string{{peer, binary}, {binary, peer}} {
		made := p.finish(p.commandOf(turn[0], "up", "-d"))
		assert.Equal(t, made.Code, 0, made.Stderr)
		before := ids()
		taken := p.finish(p.commandOf(turn[1], "up", "-d"))
		assert.Equal(t, taken.Code, 0, taken.Stderr)
		assert.DeepEqual(t, ids(), before)
		removed := p.finish(p.commandOf(turn[1], "down", "-v"))
		assert.Equal(t, removed.Code, 0, removed.Stderr)
		assert.Equal(t, len(p.containers())+len(p.networks())+len(p.volumes()), 0)
	}
}
