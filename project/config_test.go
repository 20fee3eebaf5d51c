package project_test

import (
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/stackctl/stack/project"
)

func TestConfig(t *testing.T) {
	p := shop(t, project.Options{})
	text, err := p.YAML()
	assert.NilError(t, err)
	assert.Assert(t, !strings.Contains(string(text), token))
	golden.Assert(t, strings.ReplaceAll(string(text), p.WorkingDir, "DIR"), "shop/config.golden")

	text, err = p.JSON()
	assert.NilError(t, err)
	assert.Assert(t, !strings.Contains(string(text), token))
	golden.Assert(t, strings.ReplaceAll(string(text), p.WorkingDir, "DIR")+"\n", "shop/config-json.golden")
}

func TestConfigWithoutInterpolation(t *testing.T) {
	p := shop(t, project.Options{NoInterpolate: true, NoPathResolution: true})
	text, err := p.YAML()
	assert.NilError(t, err)
	assert.Assert(t, !strings.Contains(string(text), token))
	golden.Assert(t, string(text), "shop/config-raw.golden")
	assert.DeepEqual(t, p.Services(), []string{"api", "db", "migrate", "tracer", "web"})
	assert.Equal(t, p.Model.Networks["back"].Name, "shop_back")
}

func TestConfigCanBeLoadedAgain(t *testing.T) {
	dir, err := filepath.Abs("testdata/parity")
	assert.NilError(t, err)
	for _, file := range composeFiles(t, dir) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			assertRoundTrip(t, load(t, project.Options{Dir: dir, Files: []string{file}, Environ: []string{"HOME=/root", "PARITY=on"}}))
		})
	}
}

func TestConfigLists(t *testing.T) {
	p := shop(t, project.Options{})
	assert.DeepEqual(t, p.Services(), []string{"api", "db", "migrate", "web"})
	assert.DeepEqual(t, p.Networks(), []string{"back", "front"})
	assert.DeepEqual(t, p.Volumes(), []string{"data"})
	assert.DeepEqual(t, p.Images(), []string{"postgres:17", "registry.example.com/api:1", "shop-web"})
	assert.DeepEqual(t, p.ProfileNames(), []string{"debug"})
	assert.Equal(t, len(p.Models()), 0)
	assert.Assert(t, strings.Contains(strings.Join(p.Environment(), "\n"), "TOKEN="+token))
}

func TestVariables(t *testing.T) {
	o := textOptions(t, "services: {web: {image: '${A:?must}', command: '${B:-x} ${C+y} $D ${A}', scale: '${N}'}}")
	got, err := project.Variables(t.Context(), o)
	assert.NilError(t, err)
	assert.DeepEqual(t, got, map[string]project.Variable{
		"A": {Name: "A", Required: true},
		"B": {Name: "B", DefaultValue: "x"},
		"C": {Name: "C", PresenceValue: "y"},
		"D": {Name: "D"},
		"N": {Name: "N"},
	})
}
