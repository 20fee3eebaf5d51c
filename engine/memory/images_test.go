package memory_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/engine/memory"
	"github.com/stackctl/stack/state"
)

func imageOf(t *testing.T, e engine.Engine, reference string) state.Image {
	t.Helper()
	o, err := e.Observe(t.Context(), state.Scope{Project: "p", Images: []string{reference}})
	assert.NilError(t, err)
	return o.Images[reference]
}

func TestPull(t *testing.T) {
	m := memory.New(memory.Options{})
	e := m.Engine()
	assert.Check(t, is.Equal(imageOf(t, e, "redis").ID, ""))
	assert.NilError(t, e.PullImage(t.Context(), "redis", "", nil))
	first := imageOf(t, e, "redis:latest").ID
	assert.Check(t, is.Len(first, len("sha256:")+64))
	assert.NilError(t, e.PullImage(t.Context(), "docker.io/library/redis", "", nil))
	assert.Check(t, is.Equal(imageOf(t, e, "redis").ID, first))
	assert.NilError(t, m.Publish("redis"))
	assert.Check(t, is.Equal(imageOf(t, e, "redis").ID, first))
	assert.NilError(t, e.PullImage(t.Context(), "redis", "", nil))
	assert.Check(t, imageOf(t, e, "redis").ID != first)
}

func TestPullFails(t *testing.T) {
	variable := func(string) string { return "private/app=pull access denied for private/app;absent:1=manifest unknown" }
	e := memory.New(memory.OptionsFrom(variable)).Engine()
	assert.Check(t, is.Error(e.PullImage(t.Context(), "private/app", "", nil), "pull private/app: pull access denied for private/app"))
	assert.Check(t, is.Error(e.PullImage(t.Context(), "absent:1", "", nil), "pull absent:1: manifest unknown"))
	assert.Check(t, e.PullImage(t.Context(), "absent:2", "", nil))
	assert.Check(t, is.Equal(imageOf(t, e, "absent:1").ID, ""))
}

func TestPullTakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := memory.New(memory.Options{Images: map[string]memory.Image{"big": {PullTakes: time.Minute}}}).Engine()
		began := time.Now()
		var details []string
		assert.NilError(t, e.PullImage(t.Context(), "big", "", func(p state.Progress) { details = append(details, p.Detail) }))
		assert.Check(t, is.Equal(time.Since(began), time.Minute))
		assert.Check(t, len(details) > 0)
	})
}

func TestBuild(t *testing.T) {
	var revision string
	failure := errors.New("step 3 failed")
	var fails error
	e := memory.New(memory.Options{Build: func(state.BuildSpec) (string, error) { return revision, fails }}).Engine()
	build := func(spec state.BuildSpec) string {
		assert.NilError(t, e.BuildImage(t.Context(), spec, nil))
		return imageOf(t, e, spec.Image).ID
	}
	spec := state.BuildSpec{Image: "p-a", Config: types.BuildConfig{Context: "/src"}}
	first := build(spec)
	assert.Check(t, is.Equal(build(spec), first))
	revision = "2"
	second := build(spec)
	assert.Check(t, second != first)
	spec.Config.Target = "prod"
	assert.Check(t, build(spec) != second)
	fails = failure
	assert.Check(t, is.ErrorIs(e.BuildImage(t.Context(), spec, nil), failure))
}

func TestImagesBringHealthchecksAndVolumes(t *testing.T) {
	every := types.Duration(3 * time.Second)
	e := memory.New(memory.Options{Images: map[string]memory.Image{"db": {
		Present: true, Volumes: []string{"/var/lib/db"},
		HealthCheck: &types.HealthCheckConfig{Test: types.HealthCheckTest{"CMD", "db-ready"}, Interval: &every},
	}}}).Engine()
	i := imageOf(t, e, "db")
	assert.Check(t, i.HasHealth)
	assert.Check(t, is.DeepEqual(i.Volumes, []string{"/var/lib/db"}))

	spec := service("a", nil)
	spec.Config.Image = "db"
	spec.Config.HealthCheck = &types.HealthCheckConfig{Timeout: &every}
	c := inspect(t, e, create(t, e, spec))
	assert.Check(t, is.DeepEqual(c.Healthcheck, &state.Healthcheck{
		Test: []string{"CMD", "db-ready"}, Interval: 3 * time.Second, Timeout: 3 * time.Second,
	}))
	assert.Assert(t, is.Len(c.Mounts, 1))
	assert.Check(t, is.Equal(c.Mounts[0].Destination, "/var/lib/db"))
	assert.Check(t, is.Len(c.Mounts[0].Name, 64))
}
