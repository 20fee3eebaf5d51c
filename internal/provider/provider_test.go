package provider_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"go.uber.org/goleak"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/engine/memory"
	"github.com/stackctl/stack/internal/provider"
	"github.com/stackctl/stack/state"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// in looks for plugins in one folder.
func in(folder string) func() ([]string, error) {
	return func() ([]string, error) { return []string{folder}, nil }
}

// providing is an engine with one program, a shell script called example.
func providing(t *testing.T, script string) engine.Engine {
	t.Helper()
	dir := t.TempDir()
	script = "#!/bin/sh\nif [ \"$2\" = metadata ]; then exit 1; fi\n" + script
	assert.NilError(t, os.WriteFile(filepath.Join(dir, "example"), []byte(script), 0o700))
	environ := []string{"PATH=" + dir + ":/usr/bin:/bin", "HOME=" + dir}
	return provider.New(provider.Options{Environ: environ, Dir: dir, PluginFolders: in(dir)}).Beside(memory.New(memory.Options{}).Engine())
}

func service(options types.MultiOptions) state.Provider {
	p := state.Provider{Name: "db", Config: types.ServiceConfig{Name: "db"}}
	p.Config.Provider = &types.ServiceProviderConfig{Type: "example", Options: options}
	return p
}

func run(t *testing.T, e engine.Engine) (said []string, err error) {
	t.Helper()
	err = e.RunProvider(t.Context(), "shop", service(nil), func(p state.Progress) { said = append(said, p.Detail) })
	return said, err
}

func TestWhatAProviderGivesIsObserved(t *testing.T) {
	e := providing(t, `
printf %s '{"type":"info","message":"one\ntwo"}{"type":"setenv","message":"URL=a=b"}'
echo '{"type":"rawsetenv","message":"RAW="}'`)
	observed, err := e.Observe(t.Context(), state.Scope{})
	assert.NilError(t, err)
	assert.Equal(t, len(observed.Provided), 0)
	said, err := run(t, e)
	assert.NilError(t, err)
	assert.DeepEqual(t, said, []string{"one"})
	observed, err = e.Observe(t.Context(), state.Scope{})
	assert.NilError(t, err)
	assert.DeepEqual(t, observed.Provided, map[string]state.Provided{
		"provider/db": {Prefixed: map[string]string{"URL": "a=b"}, Raw: map[string]string{"RAW": ""}},
	})
	assert.NilError(t, e.RemoveProvider(t.Context(), "shop", service(nil), nil))
	observed, err = e.Observe(t.Context(), state.Scope{})
	assert.NilError(t, err)
	assert.Equal(t, len(observed.Provided), 0)
}

func TestAFailureSaysWhatTheProgramSaid(t *testing.T) {
	for _, test := range []struct{ script, want string }{
		{`printf %s '{"type":"error","message":"no credit left\n"}'; exec sleep 60`, "provider db: no credit left"},
		{`echo too bad >&2; exit 3`, "exit status 3: too bad"},
		{`echo hello; exec sleep 60`, "it printed what is not a JSON message"},
		{`echo '{"type":"sing"}'`, `a message of an unknown type: "sing"`},
		{`echo '{"type":"setenv","message":"hunter2"}'`, "it printed a message setenv that is not KEY=VALUE"},
	} {
		_, err := run(t, providing(t, test.script))
		assert.ErrorContains(t, err, test.want)
		assert.Assert(t, !strings.Contains(err.Error(), "hunter2"))
	}
}

func TestAFailureDoesNotShowTheOptions(t *testing.T) {
	e := providing(t, `exit 3`)
	err := e.RunProvider(t.Context(), "shop", service(types.MultiOptions{"password": {"hunter2"}}), nil)
	assert.ErrorContains(t, err, "provider db: example up: exit status 3")
	assert.Assert(t, !strings.Contains(err.Error(), "hunter2"))
}

// The configuration is longer than a pipe holds, and the program reads it only
// after it has said more.
func TestAProgramAsksForTheConfigurationWhenItLikes(t *testing.T) {
	e := providing(t, `
echo '{"type":"get-service-config"}{"type":"get-service-config"}'
head -c 200000 /dev/zero | tr '\0' ' '
read -r first; read -r second
if [ "$first" = "$second" ]; then echo "{\"type\":\"setenv\",\"message\":\"SIZE=${#first}\"}"; fi`)
	long := strings.Repeat("x", 100_000)
	assert.NilError(t, e.RunProvider(t.Context(), "shop", service(types.MultiOptions{"size": {long}}), nil))
	observed, err := e.Observe(t.Context(), state.Scope{})
	assert.NilError(t, err)
	assert.Assert(t, len(observed.Provided["provider/db"].Prefixed["SIZE"]) == 6)
}

func TestAProgramThatDoesNotReadDoesWithout(t *testing.T) {
	e := providing(t, `echo '{"type":"get-service-config"}'`)
	assert.NilError(t, e.RunProvider(t.Context(), "shop", service(types.MultiOptions{"size": {strings.Repeat("x", 100_000)}}), nil))
}

func TestTheEndOfTheContextEndsTheProgram(t *testing.T) {
	e := providing(t, `echo '{"type":"info","message":"waiting"}'; exec sleep 60`)
	ctx, cancel := context.WithCancel(t.Context())
	err := e.RunProvider(ctx, "shop", service(nil), func(state.Progress) { cancel() })
	assert.ErrorIs(t, err, context.Canceled)
}

func TestAProgramThatIsNotThereIsNotFound(t *testing.T) {
	e := provider.New(provider.Options{PluginFolders: in(t.TempDir())}).Beside(memory.New(memory.Options{}).Engine())
	assert.ErrorIs(t, e.RunProvider(t.Context(), "shop", service(nil), nil), engine.ErrNotFound)
	err := e.ConfigureModel(t.Context(), state.Model{Key: "llm"}, nil)
	assert.ErrorContains(t, err, "'models' support requires Docker Model plugin")
}

func TestOnlyAProgramThatCanStopIsStopped(t *testing.T) {
	e := providing(t, `exit 1`)
	assert.NilError(t, e.StopProvider(t.Context(), "shop", service(nil), nil))
}
