package project_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
	"gotest.tools/v3/golden"

	"github.com/stackctl/stack/project"
	"github.com/stackctl/stack/state"
)

const token = "s3cr3t-t0ken"

func shop(t *testing.T, o project.Options) *project.Project {
	t.Helper()
	dir, err := filepath.Abs("testdata/shop")
	assert.NilError(t, err)
	o.Dir = dir
	o.Environ = append(o.Environ, "TOKEN="+token, "FROM_SHELL=yes")
	return load(t, o)
}

func desired(t *testing.T, p *project.Project, o project.DesiredOptions) state.Desired {
	t.Helper()
	d, err := p.Desired(o)
	assert.NilError(t, err)
	return d
}

func byName(d state.Desired) map[string]state.Service {
	all := map[string]state.Service{}
	for _, s := range d.Services {
		all[s.Name] = s
	}
	return all
}

// portable is a value as JSON, without the folder of the test. Hashes of
// services that mount something are left out: they hold the folder.
func portable(t *testing.T, p *project.Project, d state.Desired) string {
	t.Helper()
	for i, s := range d.Services {
		if len(s.Config.Volumes) > 0 {
			d.Services[i].Hash = "(of this folder)"
		}
	}
	text, err := json.MarshalIndent(d, "", "  ")
	assert.NilError(t, err)
	return strings.ReplaceAll(string(text), p.WorkingDir, "DIR") + "\n"
}

func TestDesired(t *testing.T) {
	p := shop(t, project.Options{})
	d := desired(t, p, project.DesiredOptions{})
	golden.Assert(t, portable(t, p, d), "shop/desired.golden")
	assert.Assert(t, !strings.Contains(fmt.Sprintf("%v %+v %#v", d, d, d.Services[0].Files), token))
}

func TestDesiredScale(t *testing.T) {
	d := desired(t, shop(t, project.Options{}), project.DesiredOptions{Scale: map[string]int{"web": 3, "db": 0}})
	services := byName(d)
	assert.Equal(t, services["web"].Replicas, 3)
	assert.Equal(t, services["db"].Replicas, 0)
	assert.Equal(t, services["api"].Replicas, 2)
	assert.Equal(t, services["migrate"].Replicas, 1)

	_, err := shop(t, project.Options{}).Desired(project.DesiredOptions{Scale: map[string]int{"wbe": 1}})
	assert.Error(t, err, `no such service: wbe; did you mean "web"?`)
	_, err = loadText(t, "services: {web: {image: x, container_name: one}}").Desired(project.DesiredOptions{Scale: map[string]int{"web": 2}})
	assert.ErrorContains(t, err, "stdin:1:44: services.web.container_name: can't set container_name and 2 replicas")
}

func TestWhatTheEngineWouldRefuse(t *testing.T) {
	refused := func(service string) string {
		p := loadText(t, "services: {web: {image: x, "+service+"}}")
		_, err := p.Desired(project.DesiredOptions{Contents: project.NoContents}) // to take it down
		assert.NilError(t, err)
		if _, err = p.Desired(project.DesiredOptions{}); err != nil {
			return err.Error()
		}
		return ""
	}
	const policies = "stdin:1:37: services.web.restart: expected no, always, unless-stopped, on-failure or on-failure:N, found "
	for policy, want := range map[string]string{
		"always": "", "unless-stopped": "", "on-failure": "", "on-failure:3": "", "no": "",
		"sometimes": policies + `"sometimes"`, "unless_stopped": policies + `"unless_stopped"; did you mean "unless-stopped"?`,
		"always:3": policies + `"always:3"; did you mean "always"?`, "on-failure:x": policies + `"on-failure:x"; did you mean "on-failure"?`,
	} {
		assert.Check(t, is.Equal(refused(fmt.Sprintf("restart: %q", policy)), want), policy)
	}
	assert.Check(t, is.Equal(refused(`healthcheck: {test: x, start_period: 9s, start_interval: 1s}`), ""))
	assert.Check(t, is.Equal(refused(`healthcheck: {disable: true, start_interval: 1s}`), ""))
	assert.Check(t, is.Contains(refused(`healthcheck: {test: x, start_interval: 1s}`),
		"services.web.healthcheck.start_interval: healthcheck.start_interval requires healthcheck.start_period to be set"))
	assert.Check(t, is.Equal(refused(`expose: [80, "81", "3000-3005", "53/udp", "9/SCTP"]`), ""))
	for _, port := range []string{"99999", "http", "80/ip", "9-8", "80:80"} {
		assert.Check(t, is.Equal(refused(fmt.Sprintf("expose: [1, %q]", port)), "stdin:1:40: services.web.expose.1: "+
			`expected a container's port or range such as "3000", "3000-3005" or "53/udp", found "`+port+`"; ports go up to 65535`))
	}
}

func TestScaleDoesNotChangeTheHash(t *testing.T) {
	one := byName(desired(t, loadText(t, "services: {web: {image: x}}"), project.DesiredOptions{}))["web"]
	two := byName(desired(t, loadText(t, "services: {web: {image: x, scale: 2}}"), project.DesiredOptions{}))["web"]
	assert.Equal(t, one.Hash, two.Hash)
}

func TestInputsFollowContent(t *testing.T) {
	inline := func(content string) state.Service {
		return byName(desired(t, loadText(t, fmt.Sprintf(`
services: {web: {image: x, configs: [c]}}
configs: {c: {content: %q}}
`, content)), project.DesiredOptions{}))["web"]
	}
	a, b := inline("one"), inline("two")
	assert.Equal(t, a.Hash, b.Hash, "Docker Compose's hash cannot know")
	assert.Assert(t, a.Inputs["config/c"] != b.Inputs["config/c"])
	assert.Equal(t, a.Inputs["config/c"], a.Files[0].Digest)
}

func TestMissingInputs(t *testing.T) {
	p := loadText(t, `
services:
  web: {image: x, configs: [c], secrets: [s, e]}
configs:
  c: {file: ./nowhere.conf}
secrets:
  s: {external: true}
  e: {environment: NOWHERE}
`)
	_, err := p.Desired(project.DesiredOptions{})
	assert.Error(t, err, strings.ReplaceAll(`stdin:5:13: configs.c.file: config file DIR/nowhere.conf not found; create it or correct the path
stdin:7:3: secrets.s: external secret s is not in this engine: only Swarm holds secrets of its own; say where it comes from with x-stack: {file: PATH}, {environment: VARIABLE} or {command: [PROGRAM, ARGUMENT…]}
stdin:8:20: secrets.e.environment: environment variable "NOWHERE" required by secret "e" is not set; set it in the environment, in .env or with --env-file`,
		"DIR", p.WorkingDir))

	p = loadText(t, "services: {web: {image: x, secrets: [s]}}\nsecrets: {s: {file: ./nowhere}}\n")
	for range 2 {
		d := desired(t, p, project.DesiredOptions{AllowMissingFiles: true})
		assert.Equal(t, d.Services[0].Files[0].Source, filepath.Join(p.WorkingDir, "nowhere"))
	}
	assert.Equal(t, len(p.Warnings), 1)
	assert.Assert(t, strings.Contains(p.Warnings[0], "secret file"))
}

func TestPullPolicies(t *testing.T) {
	for policy, want := range map[string]state.Service{
		"":               {PullPolicy: "missing"},
		"if_not_present": {PullPolicy: "missing"},
		"build":          {PullPolicy: "build"},
		"weekly":         {PullPolicy: "refresh", RefreshAfter: 7 * 24 * time.Hour},
		"every_2h":       {PullPolicy: "refresh", RefreshAfter: 2 * time.Hour},
	} {
		line := ""
		if policy != "" {
			line = "pull_policy: " + policy
		}
		p := loadText(t, fmt.Sprintf("services: {web: {image: x, %s}}", line))
		got := desired(t, p, project.DesiredOptions{}).Services[0]
		assert.Equal(t, got.PullPolicy, want.PullPolicy, policy)
		assert.Equal(t, got.RefreshAfter, want.RefreshAfter, policy)
	}
}

func TestImageOfABuild(t *testing.T) {
	const built = "services: {web: {build: .}}"
	o := textOptions(t, built)
	d := desired(t, load(t, o), project.DesiredOptions{})
	assert.Equal(t, d.Services[0].Config.Image, "p-web")
	assert.Equal(t, d.Services[0].Build.Image, "p-web")
	assert.Equal(t, d.Services[0].Build.Config.Context, o.Dir)

	o = textOptions(t, built)
	o.Compatibility = true
	assert.Equal(t, desired(t, load(t, o), project.DesiredOptions{}).Services[0].Config.Image, "p_web")
}

func TestDefaultPlatform(t *testing.T) {
	o := textOptions(t, "services: {built: {build: .}, pulled: {image: x}}")
	o.Environ = []string{"DOCKER_DEFAULT_PLATFORM=linux/arm64"}
	p := load(t, o)
	services := byName(desired(t, p, project.DesiredOptions{}))
	plain := byName(desired(t, loadText(t, "services: {built: {build: .}, pulled: {image: x}}"), project.DesiredOptions{}))
	assert.Equal(t, services["built"].Build.Platform, "linux/arm64")
	assert.Equal(t, services["pulled"].Config.Platform, "linux/arm64")
	assert.Equal(t, services["pulled"].Hash, plain["pulled"].Hash)
	assert.Assert(t, services["built"].Hash != plain["built"].Hash, "as Docker Compose does")
	hashes, err := p.Hashes()
	assert.NilError(t, err)
	assert.Equal(t, hashes[0].Hash, services["built"].Hash, "config --hash says what the label says")
}

func TestWrongExtension(t *testing.T) {
	_, err := loadText(t, "x-stack: {prob: engine}\nservices:\n  a: {image: x, x-stack: {probe: never}}\n  b: {image: x, x-stack: engine}\n  c: {image: x, x-stack: {jop: true}}\n  d: {image: x, x-stack: {job: once}}\n").
		Desired(project.DesiredOptions{})
	assert.Error(t, err, `stdin:1:11: x-stack.prob: expected the key engine or probe, found "prob"; did you mean "probe"?
stdin:3:34: services.a.x-stack.probe: expected eager or engine, found "never"
stdin:4:26: services.b.x-stack: expected a mapping such as {probe: engine}
stdin:5:27: services.c.x-stack.jop: expected the key job or probe, found "jop"; did you mean "job"?
stdin:6:32: services.d.x-stack.job: expected true or false, found "once"`)
}
