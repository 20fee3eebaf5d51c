package e2e_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/stackctl/stack/e2e/driver"
)

// hush is the value of every secret of the test below. Its halves are looked
// for: a part that is shown is too much.
const hush = "s3cr3t-w1th0ut-equal"

const secretive = `
services:
  good: {image: busybox, command: sleep 600, init: true, secrets: [file, variable, command], configs: [inline]}
  sealed: {image: busybox, read_only: true, command: sleep 600, init: true, secrets: [file, {source: file, target: mine, uid: "7"}, variable, command]}
  broken: {image: busybox, command: /no/such/program, secrets: [file, variable, command]}
  ill:
    image: busybox
    command: sleep 600
    init: true
    secrets: [variable]
    healthcheck: {test: test -f /nowhere, interval: 100ms, retries: 1}
  waiting: {image: busybox, command: sleep 600, secrets: [variable], depends_on: {ill: {condition: service_healthy}}}
configs:
  inline: {content: "password=${TOKEN}"}
secrets:
  file: {file: ./file.txt}
  variable: {environment: TOKEN}
  command: {external: true, x-stack: {command: [cat, file.txt]}}
`

func TestASecretsValueIsNowhere(t *testing.T) {
	for _, far := range []bool{false, true} {
		t.Run(map[bool]string{false: "local", true: "remote"}[far], func(t *testing.T) {
			p := newProject(t, secretive)
			p.env = append(p.env, "TOKEN="+hush)
			p.write("file.txt", hush)
			if far {
				p.remote()
			}
			p.secretiveRuns()
			p.env = append(p.env, "TOKEN="+hush+"-2")
			p.write("file.txt", hush+"-2")
			p.secretiveRuns()
			assert.Check(t, is.Equal(p.in("sealed-1", "cat", "/run/secrets/mine"), hush+"-2"))
			p.silent("down", p.run("--progress", "json", "down"))
		})
	}
}

func (p *project) secretiveRuns() {
	p.t.Helper()
	p.silent("plan", p.ok("plan"))
	p.silent("plan as data", p.ok("plan", "--format", "json"))
	p.ok("plan", "--out", "saved.plan")
	p.silentText("saved plan", command(p.t, "cat", filepath.Join(p.dir, "saved.plan")))
	p.silent("dry run", p.ok("--dry-run", "up", "-d"))
	for _, mode := range []string{"json", "plain"} {
		r := p.fails(1, []string{"--progress", mode, "up", "-d"})
		assert.Check(p.t, strings.Contains(r.Stderr+r.Stdout, "/no/such/program"), r.Stderr)
		p.silent("a run that fails", r)
	}
	p.silent("logs", p.run("logs"))
	p.silent("ps", p.run("ps", "-a", "--format", "json"))
	for _, kind := range []string{"container", "volume", "network"} {
		list := map[string]string{"container": "ps -aq", "volume": "volume ls -q", "network": "network ls -q"}[kind]
		out, err := exec.Command("sh", "-c", "docker "+list+" --filter label=$1 | xargs -r docker "+kind+" inspect", "sh", projectLabel+"="+p.name).CombinedOutput()
		assert.NilError(p.t, err, string(out))
		p.silentText("docker "+kind+" inspect", string(out))
	}
}

func (p *project) silent(what string, r driver.Result) {
	p.t.Helper()
	p.silentText(what, r.Stdout+r.Stderr)
}

func (p *project) silentText(what, text string) {
	p.t.Helper()
	for _, part := range []string{hush[:10], hush[10:]} {
		assert.Check(p.t, !strings.Contains(text, part), "%s shows a secret:\n%s", what, text)
	}
}
