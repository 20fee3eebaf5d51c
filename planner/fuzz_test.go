package planner_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"
	"pgregory.net/rapid"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// Whatever an engine holds, of whoever's making, planning ends with an error or
// with a plan that can be carried out, and the same one again. It removes no
// volume that it was not allowed to, and no network of somebody else's.
func checkAnyPlan(t *rapid.T) {
	desired := drawDesired(t)
	observed := drawObserved(t, desired)
	policy := drawUpPolicy(t)
	up := func() (planner.Plan, error) { return planner.Up(desired, observed, policy) }
	down := func() (planner.Plan, error) {
		return planner.Down(desired, observed, planner.DownPolicy{RemoveOrphans: policy.RemoveOrphans})
	}
	plans := map[string]func() (planner.Plan, error){"up": up, "down": down}
	for name, command := range drawCommands(t) {
		plans[name] = func() (planner.Plan, error) { return command(desired, observed) }
		plans[name+" without a file"] = func() (planner.Plan, error) { return command(alone, observed) }
	}
	for name, make1 := range plans {
		plan, err := make1()
		if err != nil {
			assert.Assert(t, err.Error() != "")
			continue
		}
		again, err := make1()
		assert.NilError(t, err)
		assert.Equal(t, asJSON(t, again), asJSON(t, plan), name)
		checkShape(t, plan)
		checkHarmless(t, plan, observed, policy)
	}
}

// drawCommands are the commands on containers that there are.
func drawCommands(t *rapid.T) map[string]func(state.Desired, state.Observed) (planner.Plan, error) {
	services := rapid.SampledFrom([][]string{nil, {"a"}, {"b", "c"}}).Draw(t, "services")
	flag := rapid.Bool().Draw(t, "flag")
	return map[string]func(state.Desired, state.Observed) (planner.Plan, error){
		"stop": func(d state.Desired, o state.Observed) (planner.Plan, error) {
			return planner.Stop(d, o, planner.StopPolicy{Services: services})
		},
		"start": func(d state.Desired, o state.Observed) (planner.Plan, error) {
			return planner.Start(d, o, planner.StartPolicy{Services: services, Wait: flag})
		},
		"restart": func(d state.Desired, o state.Observed) (planner.Plan, error) {
			return planner.Restart(d, o, planner.RestartPolicy{Services: services, NoDeps: flag})
		},
		"kill": func(d state.Desired, o state.Observed) (planner.Plan, error) {
			return planner.Kill(d, o, planner.KillPolicy{Services: services, Signal: "SIGKILL", RemoveOrphans: flag})
		},
		"remove": func(d state.Desired, o state.Observed) (planner.Plan, error) {
			return planner.Remove(d, o, planner.RemovePolicy{Services: services, Stop: flag, OneOff: flag})
		},
		"pause":   func(d state.Desired, o state.Observed) (planner.Plan, error) { return planner.Pause(d, o, services) },
		"unpause": func(d state.Desired, o state.Observed) (planner.Plan, error) { return planner.Unpause(d, o, services) },
	}
}

func asJSON(t assert.TestingT, plan planner.Plan) string {
	b, err := json.Marshal(plan)
	assert.NilError(t, err)
	return string(b)
}

// checkShape sees that every node comes after nodes that are there, and stand
// before it.
func checkShape(t assert.TestingT, plan planner.Plan) {
	seen := map[planner.ID]bool{}
	for _, node := range plan.Nodes {
		assert.Assert(t, !seen[node.ID], "two nodes are called %q", node.ID)
		for _, before := range slices.Concat(node.After, node.Settled) {
			assert.Assert(t, seen[before], "%q comes after %q, which does not stand before it", node.ID, before)
		}
		seen[node.ID] = true
	}
}

func checkHarmless(t assert.TestingT, plan planner.Plan, observed state.Observed, policy planner.UpPolicy) {
	for _, node := range plan.Nodes {
		switch op := node.Op.(type) {
		case planner.RemoveVolume:
			i := slices.IndexFunc(observed.Volumes, func(v state.ObservedVolume) bool { return v.Name == op.Name })
			ours := i >= 0 && observed.Volumes[i].Labels[state.LabelStackFiles] != ""
			assert.Assert(t, ours || slices.Contains(policy.Consents, op.Name), "removes volume %s", op.Name)
		case planner.RemoveNetwork:
			i := slices.IndexFunc(observed.Networks, func(n state.ObservedNetwork) bool { return n.Name == op.Name })
			assert.Assert(t, i >= 0 && observed.Networks[i].Labels[state.LabelProject] == "shop", "removes network %s", op.Name)
		}
	}
}

func TestAnyPlan(t *testing.T) { rapid.Check(t, checkAnyPlan) }

// What is drawn when the input is used up is drawn from zeros, so that no input
// is too short to be a case.
func FuzzPlan(f *testing.F) {
	check, zeros := rapid.MakeFuzz(checkAnyPlan), make([]byte, 1<<14)
	f.Fuzz(func(t *testing.T, input []byte) { check(t, slices.Concat(input, zeros)) })
}

func drawDesired(t *rapid.T) state.Desired {
	var services []state.Service
	for _, name := range []string{"a", "b", "c"} {
		if rapid.Bool().Draw(t, name) {
			services = append(services, drawWanted(t, name, services))
		}
	}
	desired := project(services...)
	for _, key := range []string{"data", "logs"} {
		desired.Volumes = append(desired.Volumes, state.Volume{
			Key: key, Hash: rapid.SampledFrom([]string{"v1", "v2"}).Draw(t, key), Config: types.VolumeConfig{Name: "shop_" + key},
			External: rapid.IntRange(0, 9).Draw(t, key+" external") == 0,
		})
	}
	return desired
}

func drawWanted(t *rapid.T, name string, before []state.Service) state.Service {
	s := service(name, replicas(rapid.IntRange(0, 3).Draw(t, name+" replicas")))
	s.Hash = rapid.SampledFrom([]string{"h1", "h2"}).Draw(t, name+" hash")
	s.Config.Volumes = []types.ServiceVolumeConfig{{Type: "volume", Source: "data", Target: "/data"}, {Type: "volume", Target: "/anonymous"}}
	if rapid.Bool().Draw(t, name+" named") {
		s.Config.ContainerName = "the-" + name
	}
	for _, other := range before {
		if rapid.Bool().Draw(t, name+" on "+other.Name) {
			s.DependsOn = append(s.DependsOn, state.Dependency{
				Service:   other.Name,
				Condition: rapid.SampledFrom([]state.Condition{state.Started, state.Healthy, state.Completed}).Draw(t, name+" condition"),
				Required:  rapid.Bool().Draw(t, name+" required"), Restart: rapid.Bool().Draw(t, name+" restart"),
			})
		}
	}
	if len(before) > 0 && rapid.IntRange(0, 3).Draw(t, name+" shares") == 0 {
		s.Config.NetworkMode, s.Config.Networks = "service:"+before[0].Name, nil
	}
	if rapid.Bool().Draw(t, name+" file") {
		s.Files = []state.File{{Name: "secret/x", Target: "/run/secrets/x", Digest: "sha256:1", Content: state.Content("x")}}
		s.Inputs = map[string]string{"secret/x": "sha256:1"}
	}
	s.Written = s.Config
	return s
}

// drawObserved draws what people, other tools and runs that were killed can
// leave behind.
func drawObserved(t *rapid.T, desired state.Desired) state.Observed {
	observed := state.Observed{Engine: state.EngineInfo{
		Name: "memory", APIVersion: rapid.SampledFrom([]string{"1.41", "1.47"}).Draw(t, "api"), Remote: rapid.Bool().Draw(t, "remote"),
	}}
	observed.Images = map[string]state.Image{}
	for _, s := range desired.Services {
		if rapid.Bool().Draw(t, s.Name+" image") {
			observed.Images[s.Config.Image] = state.Image{ID: rapid.SampledFrom([]string{"sha256:1", "sha256:2"}).Draw(t, s.Name+" image id")}
		}
	}
	for i := range rapid.IntRange(0, 8).Draw(t, "containers") {
		observed.Containers = append(observed.Containers, drawContainer(t, i))
	}
	for _, name := range []string{"shop_default", "shop_old"} {
		if rapid.Bool().Draw(t, name) {
			observed.Networks = append(observed.Networks, state.ObservedNetwork{ID: "id-" + name, Name: name, Labels: drawLabels(t, name, state.LabelNetwork, "default")})
		}
	}
	for _, name := range []string{"shop_data", "shop_logs", "shop_a-files"} {
		if rapid.Bool().Draw(t, name) {
			observed.Volumes = append(observed.Volumes, state.ObservedVolume{Name: name, Labels: drawLabels(t, name, state.LabelStackFiles, "a")})
		}
	}
	return observed
}

func drawContainer(t *rapid.T, i int) state.Container {
	id := fmt.Sprintf("%064d", i)
	draw := func(label string, values ...string) string {
		return rapid.SampledFrom(values).Draw(t, fmt.Sprint(label, i))
	}
	service := draw("service", "a", "b", "c", "gone", "")
	number := rapid.IntRange(-1, 4).Draw(t, fmt.Sprint("number", i))
	c := state.Container{
		ID: id, Name: fmt.Sprintf("shop-%s-%d", service, i), Service: service, Number: number, Project: "shop",
		Image: service + ":1", ImageID: draw("image id", "", "sha256:1", "sha256:2"), ExitCode: rapid.IntRange(0, 1).Draw(t, fmt.Sprint("exit", i)),
		Status: state.Status(draw("status", "created", "running", "paused", "restarting", "removing", "exited", "dead")),
		Health: state.Health(draw("health", "", "starting", "healthy", "unhealthy")),
		OneOff: rapid.IntRange(0, 9).Draw(t, fmt.Sprint("one-off", i)) == 0,
		Labels: drawLabels(t, id, state.LabelHook, "pre_start"), NetworkMode: draw("mode", "", "shop_default", "container:x"),
		Created: time.Unix(int64(rapid.IntRange(0, 3).Draw(t, fmt.Sprint("created", i))), 0).UTC(),
		Mounts: []state.Mount{
			{Type: "volume", Name: draw("data", "shop_data", strings.Repeat("a", 64)), Destination: "/data"},
			{Type: "volume", Name: strings.Repeat("b", 64), Destination: draw("target", "/anonymous", "/other")},
		},
		Networks: map[string]state.Endpoint{},
	}
	for _, name := range []string{"shop_default", "shop_old"} {
		if rapid.Bool().Draw(t, fmt.Sprint(name, i)) {
			c.Networks[name] = state.Endpoint{NetworkID: draw("network id "+name, "id-"+name, "id-before")}
		}
	}
	c.Labels[state.LabelReplace] = draw("replaces", "", "shop-a-1")
	c.Labels[state.LabelDependsOn] = draw("depends on", "", "a:service_healthy:true", "b:service_started:false,c:service_completed_successfully:true")
	return c
}

func drawLabels(t *rapid.T, of, special, value string) map[string]string {
	labels := map[string]string{
		state.LabelConfigHash:  rapid.SampledFrom([]string{"", "h1", "h2", "v1", "net1", "net2"}).Draw(t, of+" hash"),
		state.LabelStackConfig: rapid.SampledFrom([]string{"", "eJw", "e30"}).Draw(t, of+" config"),
		state.LabelStackInputs: rapid.SampledFrom([]string{"", "{", `{"secret/x":"sha256:2"}`}).Draw(t, of+" inputs"),
		state.LabelStackImages: rapid.SampledFrom([]string{"", "{", `{"/data":"sha256:2"}`}).Draw(t, of+" images"),
	}
	if rapid.IntRange(0, 4).Draw(t, of+" ours") > 0 {
		labels[state.LabelProject] = "shop"
	}
	if rapid.IntRange(0, 4).Draw(t, of+" "+special) == 0 {
		labels[special] = value
	}
	return labels
}

func drawUpPolicy(t *rapid.T) planner.UpPolicy {
	return planner.UpPolicy{
		Recreate:         rapid.SampledFrom([]planner.Recreate{planner.RecreateChanged, planner.RecreateAlways, planner.RecreateNever}).Draw(t, "recreate"),
		RemoveOrphans:    rapid.Bool().Draw(t, "remove orphans"),
		RenewAnonVolumes: rapid.Bool().Draw(t, "renew"),
		NoStart:          rapid.Bool().Draw(t, "no start"),
		Wait:             rapid.Bool().Draw(t, "wait"),
		Pull:             rapid.SampledFrom([]string{"", "always", "never"}).Draw(t, "pull"),
		Consents:         rapid.SampledFrom([][]string{nil, {"shop_data"}}).Draw(t, "consents"),
		Selected:         rapid.SampledFrom([][]string{nil, {"a"}}).Draw(t, "selected"),
	}
}
