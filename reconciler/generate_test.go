package reconciler_test

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"pgregory.net/rapid"

	"github.com/stackctl/stack/engine/memory"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// drawProject draws a project: a few services in a random graph, and the
// networks and volumes that they use.
func drawProject(t *rapid.T) state.Desired {
	desired := state.Desired{Project: state.Project{Name: "p"}}
	for _, key := range []string{"back", "default"} {
		desired.Networks = append(desired.Networks, state.Network{
			Key: key, Hash: "n1", Config: types.NetworkConfig{Name: "p_" + key},
		})
	}
	for _, key := range []string{"data", "logs"} {
		desired.Volumes = append(desired.Volumes, state.Volume{
			Key: key, Hash: "v1", Config: types.VolumeConfig{Name: "p_" + key},
		})
	}
	n := rapid.IntRange(1, 6).Draw(t, "services")
	for i := range n {
		desired.Services = append(desired.Services, drawService(t, desired.Services, i))
	}
	for i := range desired.Services {
		if desired.Services[i].OneShot {
			desired.Services[i].Config.PostStart = nil // it may have ended before they run
		}
		settle(&desired.Services[i])
		desired.Known = append(desired.Known, desired.Services[i].Name)
	}
	return desired
}

func drawService(t *rapid.T, before []state.Service, i int) state.Service {
	name := string(rune('a' + i))
	s := state.Service{
		Name: name, PullPolicy: "missing", Replicas: rapid.IntRange(0, 3).Draw(t, name+".replicas"),
		Config: types.ServiceConfig{Name: name, ContainerSpec: types.ContainerSpec{
			Image: rapid.SampledFrom([]string{"img:1", "img:2"}).Draw(t, name+".image"),
		}},
	}
	s.Config.Networks = map[string]*types.ServiceNetworkConfig{"default": nil}
	if rapid.Bool().Draw(t, name+".back") {
		s.Config.Networks["back"] = nil
	}
	if rapid.Bool().Draw(t, name+".check") {
		interval := types.Duration(time.Second)
		s.Config.HealthCheck = &types.HealthCheckConfig{Test: []string{"CMD", "check"}, Interval: &interval}
	}
	if rapid.Bool().Draw(t, name+".rolls") {
		s.Config.Deploy = drawDeploy(t, name)
	}
	for _, v := range []types.ServiceVolumeConfig{
		{Type: "volume", Source: "data", Target: "/data"},
		{Type: "volume", Target: "/anonymous"},
	} {
		if rapid.Bool().Draw(t, name+v.Target) {
			s.Config.Volumes = append(s.Config.Volumes, v)
		}
	}
	s.Config.ReadOnly = rapid.Bool().Draw(t, name+".read_only")
	for _, target := range []string{"/run/secrets/x", "/data/y"} {
		if rapid.IntRange(0, 2).Draw(t, name+target) == 0 {
			drawFile(t, &s, target)
		}
	}
	if rapid.IntRange(0, 3).Draw(t, name+".post_start") == 0 {
		s.Config.PostStart = []types.ServiceHook{{Command: []string{"greet"}}}
	}
	for range rapid.SampledFrom([]int{0, 0, 0, 1, 2}).Draw(t, name+".hooks") {
		drawHook(t, &s)
	}
	s.OneShot = s.Config.HealthCheck == nil && rapid.IntRange(0, 3).Draw(t, name+".job") == 0
	if len(before) > 0 && rapid.Bool().Draw(t, name+".depends") {
		drawDependency(t, &s, before)
	}
	return s
}

// drawDeploy draws how a service is updated.
func drawDeploy(t *rapid.T, name string) *types.DeployConfig {
	return &types.DeployConfig{
		UpdateConfig:   drawUpdateConfig(t, name+".update", "", "pause", "continue", "rollback"),
		RollbackConfig: drawUpdateConfig(t, name+".rollback", "", "pause", "continue"),
	}
}

func drawUpdateConfig(t *rapid.T, name string, actions ...string) *types.UpdateConfig {
	parallelism := rapid.Uint64Range(0, 3).Draw(t, name+".parallelism")
	return &types.UpdateConfig{
		Parallelism:     &parallelism,
		Delay:           types.Duration(rapid.SampledFrom([]time.Duration{0, time.Second}).Draw(t, name+".delay")),
		Monitor:         types.Duration(rapid.SampledFrom([]time.Duration{0, time.Second}).Draw(t, name+".monitor")),
		FailureAction:   rapid.SampledFrom(actions).Draw(t, name+".action"),
		MaxFailureRatio: rapid.SampledFrom([]float32{0, 0.5}).Draw(t, name+".ratio"),
		Order:           rapid.SampledFrom([]string{"", "stop-first", "start-first"}).Draw(t, name+".order"),
	}
}

// drawFile gives a service a secret: one from a file of this machine or not,
// with an owner and mode of its own or not.
func drawFile(t *rapid.T, s *state.Service, target string) {
	file := state.File{Name: "secret" + target, Target: target, Mode: 0o444}
	if rapid.Bool().Draw(t, s.Name+target+".source") {
		file.Source = "/home" + target
	}
	reference := types.ServiceSecretConfig{Source: target, Target: target}
	if rapid.Bool().Draw(t, s.Name+target+".owned") {
		file.Owned, file.UID, reference.UID = true, 7, "7"
	}
	s.Config.Secrets = append(s.Config.Secrets, reference)
	fillFile(s, file, rapid.StringMatching(`[ab]?`).Draw(t, s.Name+target+".content"))
}

// fillFile gives a secret of a service another content.
func fillFile(s *state.Service, file state.File, content string) {
	file.Content, file.Digest = state.Content(content), fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(content)))
	s.Files = append(slices.Clone(s.Files), file)
	s.Inputs = maps.Clone(s.Inputs)
	if s.Inputs == nil {
		s.Inputs = map[string]string{}
	}
	s.Inputs[file.Name] = file.Digest
}

func drawHook(t *rapid.T, s *state.Service) {
	image := rapid.SampledFrom([]string{"img:1", "tool:1"}).Draw(t, s.Name+".hook image")
	hook := types.PreStartHook{ContainerSpec: types.ContainerSpec{Image: image, Networks: s.Config.Networks}}
	hook.PerReplica = rapid.Bool().Draw(t, s.Name+".per replica")
	s.Config.PreStart = append(s.Config.PreStart, hook)
	s.PreStart = append(s.PreStart, state.PreStart{
		Config:     types.ServiceConfig{Name: s.Name, ContainerSpec: hook.ContainerSpec},
		PerReplica: hook.PerReplica, PullPolicy: "missing",
	})
}

func drawDependency(t *rapid.T, s *state.Service, before []state.Service) {
	i := rapid.IntRange(0, len(before)-1).Draw(t, s.Name+".on")
	on := &before[i]
	condition := rapid.SampledFrom([]state.Condition{state.Started, state.Healthy, state.Completed}).Draw(t, s.Name+".condition")
	switch {
	case condition == state.Healthy && (on.Config.HealthCheck == nil || on.OneShot):
		condition = state.Started
	case condition == state.Completed && waitedForHealth(before, on.Name):
		condition = state.Started
	case condition == state.Completed:
		on.OneShot = true
	}
	s.DependsOn = append(s.DependsOn, state.Dependency{
		Service: on.Name, Condition: condition, Required: true, Restart: rapid.Bool().Draw(t, s.Name+".restart"),
	})
	share := on.Replicas > 0 && !on.OneShot && rapid.IntRange(0, 4).Draw(t, s.Name+".share") == 0
	if share {
		s.Config.NetworkMode, s.Config.Networks = "service:"+on.Name, nil
		s.DependsOn[len(s.DependsOn)-1].Restart = true
	}
}

func waitedForHealth(services []state.Service, name string) bool {
	return slices.ContainsFunc(services, func(s state.Service) bool {
		return slices.ContainsFunc(s.DependsOn, func(d state.Dependency) bool {
			return d.Service == name && d.Condition == state.Healthy
		}) || s.Config.NetworkMode == "service:"+name
	})
}

// settle computes what follows from a service's configuration.
func settle(s *state.Service) {
	b, err := state.CanonicalConfig(s.Config)
	if err != nil {
		panic(err)
	}
	s.Hash = fmt.Sprintf("%x", b)
	s.Written = s.Config
}

// drawChange changes a project as an edit of its file would.
func drawChange(t *rapid.T, desired state.Desired) state.Desired {
	desired.Services = slices.Clone(desired.Services)
	for i := range desired.Services {
		s := &desired.Services[i]
		switch rapid.SampledFrom([]string{"", "", "environment", "replicas", "image", "content", "read_only"}).Draw(t, "change "+s.Name) {
		case "environment":
			value := rapid.StringMatching(`[a-z]{3}`).Draw(t, "value "+s.Name)
			s.Config.Environment = types.MappingWithEquals{"VALUE": &value}
		case "replicas":
			least := 0
			if slices.ContainsFunc(desired.Services, func(o state.Service) bool { return o.Config.NetworkMode == "service:"+s.Name }) {
				least = 1
			}
			s.Replicas = rapid.IntRange(least, 3).Draw(t, "replicas "+s.Name)
		case "image":
			s.Config.Image = "img:3"
		case "read_only":
			s.Config.ReadOnly = !s.Config.ReadOnly
		case "content":
			files := s.Files
			s.Files = nil
			for _, file := range files {
				fillFile(s, file, string(file.Content)+rapid.StringMatching(`[ab]?`).Draw(t, "content "+s.Name))
			}
		}
		settle(s)
	}
	if rapid.IntRange(0, 3).Draw(t, "change network") == 0 {
		desired.Networks = slices.Clone(desired.Networks)
		desired.Networks[0].Hash += "'"
	}
	if rapid.IntRange(0, 3).Draw(t, "change volume") == 0 {
		desired.Volumes = slices.Clone(desired.Volumes)
		desired.Volumes[0].Hash += "'"
	}
	if len(desired.Services) > 1 && rapid.IntRange(0, 4).Draw(t, "drop") == 0 {
		last := desired.Services[len(desired.Services)-1].Name
		desired.Services = desired.Services[:len(desired.Services)-1]
		desired.Known = slices.DeleteFunc(slices.Clone(desired.Known), func(name string) bool { return name == last })
	}
	return desired
}

// drawEngine draws an engine on this machine or on another one, of today or so
// old that it cannot mount a part of a volume.
func drawEngine(t *rapid.T) memory.Options {
	return memory.Options{
		Remote:     rapid.Bool().Draw(t, "remote"),
		APIVersion: rapid.SampledFrom([]string{"", "1.41"}).Draw(t, "api"),
	}
}

func drawPolicy(t *rapid.T) planner.UpPolicy {
	return planner.UpPolicy{
		Recreate:      rapid.SampledFrom([]planner.Recreate{planner.RecreateChanged, planner.RecreateAlways}).Draw(t, "recreate"),
		Wait:          rapid.Bool().Draw(t, "wait"),
		Pull:          rapid.SampledFrom([]string{"", "", "always"}).Draw(t, "pull"),
		RemoveOrphans: rapid.Bool().Draw(t, "remove orphans"),
		Consents:      []string{"p_data"},
	}
}
