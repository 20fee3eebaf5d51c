package planner_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// written says where fields of a service are: FIELD=LINE, in compose.yaml.
func written(fields ...string) func(*state.Service) {
	return func(s *state.Service) { s.Where = positions(fields...) }
}

func positions(fields ...string) map[string]state.Position {
	where := map[string]state.Position{"": {File: "compose.yaml", Line: 1}}
	for _, field := range fields {
		name, line, _ := strings.Cut(field, "=")
		var number int
		_, _ = fmt.Sscan(line, &number)
		where[name] = state.Position{File: "compose.yaml", Line: number}
	}
	return where
}

func causes(t *testing.T, plan planner.Plan, ref state.Ref) []string {
	t.Helper()
	var all []string
	for _, change := range plan.Changes {
		if change.Ref == ref {
			for _, reason := range change.Reasons {
				all = append(all, reason.String()+" @ "+reason.At.String())
			}
		}
	}
	return all
}

func TestReasonsSayWhereTheyAreWritten(t *testing.T) {
	web := service("web", dependsOn("db", state.Started), func(s *state.Service) {
		s.DependsOn[0].Restart = true
		s.Inputs = map[string]string{"secret/token": "sha256:1"}
		s.Config.Environment = types.MappingWithEquals{"LEVEL": text("info"), "GONE": text("x")}
		s.Config.Labels = types.Labels{"a": "b"}
	})
	before := project(service("db"), web)
	changed := func(s *state.Service) {
		s.Hash = "other"
		s.Inputs = map[string]string{"secret/token": "sha256:2"}
		s.Config.Environment = types.MappingWithEquals{"LEVEL": text("debug")}
		s.Config.Labels = types.Labels{"a": "c"}
		written("environment=4", "environment.LEVEL=5", "secret/token=9")(s)
	}
	after := project(service("db"), service("web", changed))
	plan, err := planner.Up(after, holds(before), planner.UpPolicy{})
	assert.NilError(t, err)
	assert.Check(t, cmp.DeepEqual(causes(t, plan, state.ContainerRef("web", 1)), []string{
		"environment.GONE: x → (none) @ compose.yaml:1",
		"environment.LEVEL: info → debug @ compose.yaml:5",
		"labels.a: b → c @ compose.yaml:1",
		"secret/token: its content changed @ compose.yaml:9",
	}))
}

func text(s string) *string { return &s }

func TestARestartAndASurplusSayWhereTheyAreWritten(t *testing.T) {
	restarts := func(s *state.Service) {
		s.DependsOn[0].Restart = true
		written("depends_on.db=3", "depends_on.db.restart=4", "scale=7")(s)
	}
	before := project(service("db"), service("web", dependsOn("db", state.Started), restarts, replicas(2)))
	after := project(
		service("db", func(s *state.Service) { s.Hash = "other" }),
		service("web", dependsOn("db", state.Started), restarts),
	)
	plan, err := planner.Up(after, holds(before), planner.UpPolicy{})
	assert.NilError(t, err)
	assert.Check(t, cmp.DeepEqual(causes(t, plan, state.ContainerRef("web", 1)), []string{
		"db/1 is newer than what it started with, and depends_on.db.restart is true @ compose.yaml:4",
	}))
	assert.Check(t, cmp.DeepEqual(causes(t, plan, state.ContainerRef("web", 2)), []string{"1 wanted @ compose.yaml:7"}))
}

func TestAReplacedVolumeAndNetworkSayWhichFields(t *testing.T) {
	before := project(service("web"))
	before.Networks[0].Config.DriverOpts = map[string]string{"a": "1"}
	before.Volumes = []state.Volume{{Key: "data", Hash: "vol1", Config: types.VolumeConfig{
		Name: "shop_data", DriverOpts: map[string]string{"type": "nfs", "o": "password=hush"}, Labels: types.Labels{"kind": "old"},
	}}}
	observed := holds(before)
	observed.Networks[0].Driver = "bridge"
	observed.Networks[0].Config = before.Networks[0].Config
	observed.Volumes[0].Driver = "local"
	observed.Volumes[0].DriverOpts = before.Volumes[0].Config.DriverOpts
	observed.Volumes[0].Labels["kind"] = "old"

	after := project(service("web"))
	after.Networks[0].Hash = "net2"
	after.Networks[0].Config.Internal = true
	after.Networks[0].Where = positions("internal=12")
	after.Volumes = []state.Volume{{Key: "data", Hash: "vol2", Where: positions("driver=20", "labels=21"), Config: types.VolumeConfig{
		Name: "shop_data", Driver: "other", Labels: types.Labels{"kind": "new"},
	}}}
	plan, err := planner.Up(after, observed, planner.UpPolicy{})
	assert.NilError(t, err)
	assert.Check(t, cmp.DeepEqual(causes(t, plan, state.NetworkRef("default")), []string{
		"internal: false → true @ compose.yaml:12", "driver_opts.a: 1 → (none) @ compose.yaml:1",
	}))
	assert.Assert(t, cmp.Len(plan.Consents, 1))
	var fields []string
	for _, reason := range plan.Consents[0].Reasons {
		fields = append(fields, reason.String()+" @ "+reason.At.String())
	}
	assert.Check(t, cmp.DeepEqual(fields, []string{
		"driver: local → other @ compose.yaml:20", "driver_opts.o: *** → (none) @ compose.yaml:1",
		"driver_opts.type: nfs → (none) @ compose.yaml:1", "labels.kind: old → new @ compose.yaml:21",
	}))
}

func TestAFailureIsTracedToThePartThatItIsAbout(t *testing.T) {
	web := service("web", written("image=3", "ports[0]=5", "volumes[0]=7", "healthcheck=9", "post_start[0]=11", "command=13"),
		func(s *state.Service) {
			s.Config.Ports = []types.ServicePortConfig{{Target: 80, Published: "8000-8010"}}
			s.Config.Volumes = []types.ServiceVolumeConfig{{Type: types.VolumeTypeVolume, Source: "data", Target: "/data"}}
			s.Config.PostStart = []types.ServiceHook{{Command: []string{"warm"}}}
		})
	desired := project(web)
	desired.Volumes = []state.Volume{{Key: "data", Config: types.VolumeConfig{Name: "shop_data"}, Where: positions("")}}
	plan, err := planner.Up(desired, state.Observed{}, planner.UpPolicy{Wait: true})
	assert.NilError(t, err)
	for _, c := range []struct {
		node planner.ID
		part state.Part
		want string
	}{
		{"create web/1", state.Part{}, "compose.yaml:1"},
		{"create web/1", state.Part{Kind: state.PartImage}, "image, compose.yaml:3"},
		{"create web/1", state.Part{Kind: state.PartMount, Value: "/data"}, "volumes[0], compose.yaml:7"},
		{"start web/1", state.Part{Kind: state.PartMount, Value: "shop_data"}, "volumes[0], compose.yaml:7"},
		{"start web/1", state.Part{Kind: state.PartPort, Value: "8005"}, "ports[0], compose.yaml:5"},
		{"start web/1", state.Part{Kind: state.PartPort, Value: "9000"}, "compose.yaml:1"},
		{"start web/1", state.Part{Kind: state.PartCommand}, "command, compose.yaml:13"},
		{"post_start web/1 1", state.Part{}, "post_start[0], compose.yaml:11"},
		{"await web/1 ready", state.Part{Kind: state.PartHealth}, "healthcheck, compose.yaml:9"},
		{"await web/1 ready", state.Part{}, "compose.yaml:1"},
		{"pull web:1", state.Part{}, "image, compose.yaml:3"},
	} {
		found := false
		for _, node := range plan.Nodes {
			if node.ID == c.node {
				found = true
				assert.Check(t, cmp.Equal(node.CauseOf(c.part).String(), c.want), "%s %v", c.node, c.part)
			}
		}
		assert.Check(t, found, c.node)
	}
}
