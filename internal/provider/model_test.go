package provider_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/engine/memory"
	"github.com/stackctl/stack/internal/provider"
	"github.com/stackctl/stack/state"
)

// running is an engine with a Docker Model plugin that has no model, and pulls
// as a shell script says.
func running(t *testing.T, pull string) engine.Engine {
	t.Helper()
	home := t.TempDir()
	script := "#!/bin/sh\ncase $1 in\nls) echo '[]' ;;\nstatus) echo '{\"endpoint\":\"http://here\"}' ;;\npull) " + pull + " ;;\nesac\n"
	assert.NilError(t, os.WriteFile(filepath.Join(home, "docker-model"), []byte(script), 0o700))
	environ := []string{"PATH=/usr/bin:/bin", "HOME=" + home}
	return provider.New(provider.Options{Environ: environ, Dir: home, PluginFolders: in(home)}).Beside(memory.New(memory.Options{}).Engine())
}

// A program that draws its progress over and over ends no line.
func TestThePullOfAModelIsReadToItsEnd(t *testing.T) {
	e := running(t, `printf 'first\r'; head -c 3000000 /dev/zero | tr '\0' x; printf '\nlast\n'`)
	var said []string
	model := state.Model{Key: "llm", Config: types.ModelConfig{Model: "ai/some"}}
	assert.NilError(t, e.ConfigureModel(t.Context(), model, func(p state.Progress) {
		if len(p.Detail) < 10 {
			said = append(said, p.Detail)
		}
	}))
	assert.DeepEqual(t, said, []string{"first", "last"})
	observed, err := e.Observe(t.Context(), state.Scope{})
	assert.NilError(t, err)
	assert.Equal(t, observed.Provided["model/llm"].Prefixed[state.EndpointVariable], "http://here")
}

func TestThePullOfAModelThatFails(t *testing.T) {
	e := running(t, `echo no room >&2; exit 2`)
	err := e.ConfigureModel(t.Context(), state.Model{Key: "llm", Config: types.ModelConfig{Model: "ai/some"}}, nil)
	assert.Error(t, err, "pull model ai/some: exit status 2: no room")
}
