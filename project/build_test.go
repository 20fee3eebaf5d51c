package project_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/project"
	"github.com/stackctl/stack/state"
)

func TestBuildSecretsComeFromFilesAndVariables(t *testing.T) {
	o := textOptions(t, `
services:
  web:
    build:
      context: .
      secrets: [file, {source: variable, target: renamed, mode: 0400}]
secrets:
  file: {file: ./token.txt}
  variable: {environment: TOKEN}
`)
	o.Environ = []string{"TOKEN=" + token}
	assert.NilError(t, os.WriteFile(filepath.Join(o.Dir, "token.txt"), []byte(token), 0o600))
	p := load(t, o)
	d := desired(t, p, project.DesiredOptions{})
	secrets := d.Services[0].Build.Secrets
	assert.Equal(t, len(secrets), 2)
	assert.DeepEqual(t, secrets[0], state.BuildSecret{ID: "file", File: filepath.Join(o.Dir, "token.txt")})
	assert.Equal(t, secrets[1].ID, "renamed")
	assert.Equal(t, string(secrets[1].Content), token)
	assert.Assert(t, strings.HasPrefix(secrets[1].Digest, "sha256:"))

	text, err := json.Marshal(d)
	assert.NilError(t, err)
	assert.Assert(t, !strings.Contains(string(text)+fmt.Sprintf("%v %+v", d, secrets), token))
}

func TestBuildKeysAreWrittenSoThatTheyAreReadAgain(t *testing.T) {
	for _, ssh := range []string{`[zone=./zone, default, "deploy=/keys/a"]`, `{deploy: /keys/a, default: , zone: ./zone}`} {
		o := textOptions(t, `{services: {web: {build: {context: ., ssh: `+ssh+`}}}}`)
		p := load(t, o)
		_, err := json.Marshal(desired(t, p, project.DesiredOptions{}))
		assert.NilError(t, err)
		for _, print := range []func() ([]byte, error){p.YAML, p.JSON} {
			text, err := print()
			assert.NilError(t, err)
			again := textOptions(t, string(text))
			assert.DeepEqual(t, desired(t, load(t, again), project.DesiredOptions{}).Services[0].Build.Config.SSH,
				types.SSHConfig{{ID: "default"}, {ID: "deploy=/keys/a"}, {ID: "zone=" + filepath.Join(o.Dir, "zone")}})
		}
	}
}

func TestBuildSecretsThatAreMissing(t *testing.T) {
	p := loadText(t, `
services:
  web: {build: {context: ., secrets: [f, e, x]}}
secrets:
  f: {file: ./nowhere}
  e: {environment: NOWHERE}
  x: {external: true}
`)
	_, err := p.Desired(project.DesiredOptions{})
	assert.Error(t, err, strings.ReplaceAll(`stdin:5:13: secrets.f.file: secret file DIR/nowhere not found; create it or correct the path
stdin:6:20: secrets.e.environment: environment variable "NOWHERE" required by secret "e" is not set; set it in the environment, in .env or with --env-file
stdin:7:3: secrets.x: external secret x is not in this engine: only Swarm holds secrets of its own; say where it comes from with x-stack: {file: PATH}, {environment: VARIABLE} or {command: [PROGRAM, ARGUMENT…]}`, "DIR", p.WorkingDir))
}

const based = `
services:
  web: {build: {context: ., additional_contexts: {base: service:base, plain: ./plain}}}
  base: {profiles: [bases], image: based:1, build: {context: ., additional_contexts: {root: service:root}, secrets: [token]}}
  root: {profiles: [bases], build: {context: .}}
  other: {profiles: [bases], build: {context: .}}
secrets:
  token: {environment: TOKEN}
`

func TestBuildsOfServicesThatAreOnlyBuiltOn(t *testing.T) {
	with := func(profiles, services []string) state.Desired {
		o := textOptions(t, based)
		o.Environ, o.Profiles, o.Services = []string{"TOKEN=" + token}, profiles, services
		return desired(t, load(t, o), project.DesiredOptions{})
	}
	d := with(nil, nil)
	assert.Equal(t, len(d.Services), 1)
	assert.Equal(t, len(d.Builds), 2)
	assert.Equal(t, d.Builds[0].Service+" "+d.Builds[0].Image, "base based:1")
	assert.Equal(t, d.Builds[1].Service+" "+d.Builds[1].Image, "root p-root")
	assert.Equal(t, d.Builds[0].Labels[state.LabelService], "base")
	assert.Equal(t, string(d.Builds[0].Secrets[0].Content), token)

	d = with([]string{"bases"}, nil)
	assert.Equal(t, len(d.Services), 4)
	assert.Equal(t, len(d.Builds), 0)

	d = with([]string{"bases"}, []string{"web"})
	assert.Equal(t, len(d.Services), 1)
	assert.Equal(t, len(d.Builds), 2)
}

func TestContextsOfServicesThatAreWrong(t *testing.T) {
	for text, expect := range map[string]string{
		"a: {build: {context: ., additional_contexts: {x: service:b}}}":                                                                                                     `stdin:2:49: services.a.build.additional_contexts.x: service "a" declares unknown service "b" as additional contexts x; define it under services`,
		"a: {build: {context: ., additional_contexts: {x: service:b}}}\n  b: {image: x}":                                                                                    `stdin:2:49: services.a.build.additional_contexts.x: service "a" declares non-buildable service "b" as additional contexts x; give that service a build section`,
		"a: {build: {context: ., additional_contexts: {x: service:b}}}\n  b: {profiles: [p], build: {context: ., additional_contexts: {x: service:a}}}":                     `stdin:2:49: services.a.build.additional_contexts.x: build cycle detected: a -> b -> a; remove one of these dependencies`,
		"a: {build: {context: ., additional_contexts: {x: service:b}}}\n  b: {profiles: [p], build: {context: ., secrets: [none], additional_contexts: {y: service:none}}}": `services.b.build.additional_contexts.y: service "b" declares unknown service "none"`,
	} {
		o := textOptions(t, "services:\n  "+text+"\n")
		p, err := project.Load(t.Context(), o)
		if err == nil {
			_, err = p.Desired(project.DesiredOptions{})
		}
		assert.ErrorContains(t, err, expect)
		assert.Assert(t, !strings.Contains(err.Error(), "is not defined"), err)
	}
}
