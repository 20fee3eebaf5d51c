package render

import (
	"bytes"
	"strconv"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// shop is a project as package project would hand it to the planner.
func shop() state.Desired {
	service := func(name, image string, dependencies ...state.Dependency) state.Service {
		s := state.Service{
			Name: name, Replicas: 1, Hash: "hash-of-" + name, PullPolicy: "missing", DependsOn: dependencies,
			Config: types.ServiceConfig{Name: name},
		}
		s.Config.Image = image
		s.Config.Networks = map[string]*types.ServiceNetworkConfig{"front": nil, "back": nil}
		return s
	}
	needs := func(service string, condition state.Condition) state.Dependency {
		return state.Dependency{Service: service, Condition: condition, Required: true}
	}
	api := service("api", "shop-api:2", needs("db", state.Healthy), needs("migrate", state.Completed))
	api.Replicas = 2
	db := service("db", "postgres:16")
	interval := types.Duration(10 * time.Second)
	db.Config.HealthCheck = &types.HealthCheckConfig{Test: []string{"CMD", "pg_isready"}, Interval: &interval}
	db.Config.Volumes = []types.ServiceVolumeConfig{{Type: "volume", Source: "data", Target: "/var/lib/postgresql/data"}}
	migrate := service("migrate", "shop-api:2", needs("db", state.Healthy))
	migrate.OneShot = true
	metrics := state.Dependency{Service: "db", Condition: state.Healthy}
	return state.Desired{
		Project: state.Project{Name: "shop"},
		Services: []state.Service{
			api, db, service("metrics", "metrics:1", metrics), migrate, service("web", "nginx:1", needs("api", state.Started)),
		},
		Networks: []state.Network{
			{Key: "back", Config: types.NetworkConfig{Name: "shop_back"}},
			{Key: "front", Config: types.NetworkConfig{Name: "shop_front"}},
		},
		Volumes: []state.Volume{{Key: "data", Config: types.VolumeConfig{Name: "shop_data"}}},
		Known:   []string{"api", "db", "metrics", "migrate", "web"},
	}
}

// held is what an engine holds after a plan that only creates was executed.
func held(t *testing.T, plan planner.Plan) state.Observed {
	t.Helper()
	observed := state.Observed{
		Engine: state.EngineInfo{APIVersion: "1.41"},
		Images: map[string]state.Image{},
	}
	for _, node := range plan.Nodes {
		switch op := node.Op.(type) {
		case planner.CreateContainer:
			number, err := strconv.Atoi(op.Spec.Labels[state.LabelNumber])
			assert.NilError(t, err)
			c := state.Container{
				ID: "0123456789ab-" + op.Spec.Name, Name: op.Spec.Name, Labels: op.Spec.Labels,
				Project: "shop", Service: op.Spec.Labels[state.LabelService], Number: number,
				Image: op.Spec.Config.Image, Status: state.StatusRunning,
				Networks: map[string]state.Endpoint{"shop_back": {}, "shop_front": {}},
			}
			if op.Spec.Config.HealthCheck != nil {
				c.Health = state.HealthHealthy
			}
			if op.Spec.OneShot {
				c.Status = state.StatusExited
			}
			observed.Containers = append(observed.Containers, c)
		case planner.CreateNetwork:
			observed.Networks = append(observed.Networks, state.ObservedNetwork{ID: "id", Name: op.Spec.Config.Name, Labels: op.Spec.Labels})
		case planner.CreateVolume:
			observed.Volumes = append(observed.Volumes, state.ObservedVolume{Name: op.Spec.Config.Name, Labels: op.Spec.Labels})
		}
	}
	for _, c := range observed.Containers {
		observed.Images[c.Image] = state.Image{ID: "sha256:of-" + c.Image}
	}
	return observed
}

func TestThePlannersPlansReadWell(t *testing.T) {
	empty := state.Observed{Engine: state.EngineInfo{APIVersion: "1.41"}}
	empty.Images = map[string]state.Image{"postgres:16": {}, "nginx:1": {}, "metrics:1": {}}
	first, err := planner.Up(shop(), empty, planner.UpPolicy{})
	assert.NilError(t, err)
	unchanged, err := planner.Up(shop(), held(t, first), planner.UpPolicy{})
	assert.NilError(t, err)
	down, err := planner.Down(shop(), held(t, first), planner.DownPolicy{Volumes: true})
	assert.NilError(t, err)

	edited := shop()
	api, web := &edited.Services[0], &edited.Services[4]
	debug := "debug"
	api.Config.Environment = types.MappingWithEquals{"LOG_LEVEL": &debug}
	api.Hash, api.Replicas = "another", 3
	web.Config.Command = types.ShellCommand{"nginx", "-g", "daemon off;"}
	web.Hash = "another"
	edited.Services[4].DependsOn[0].Condition = state.Healthy
	later := held(t, first)
	later.Containers = append(later.Containers, state.Container{
		ID: "0f0f0f0f0f0f", Name: "shop-old-1", Project: "shop", Service: "old", Number: 1, Status: state.StatusRunning,
		Labels: map[string]string{state.LabelProject: "shop", state.LabelService: "old", state.LabelNumber: "1"},
	})
	changed, err := planner.Up(edited, later, planner.UpPolicy{RemoveOrphans: true})
	assert.NilError(t, err)

	for name, plan := range map[string]planner.Plan{"up": first, "unchanged": unchanged, "down": down, "changed": changed} {
		var out bytes.Buffer
		assert.NilError(t, Plan(&out, plan, PlanOptions{}))
		golden.Assert(t, out.String(), "planner-"+name+".txt")
	}
}
