package planner_test

import (
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackctl/stack/state"
)

// project returns a project of services on its default network.
func project(services ...state.Service) state.Desired {
	desired := state.Desired{
		Project: state.Project{Name: "shop"},
		Networks: []state.Network{{
			Key: "default", Hash: "net1", Config: types.NetworkConfig{Name: "shop_default"},
		}},
	}
	for _, s := range services {
		desired.Services = append(desired.Services, s)
		desired.Known = append(desired.Known, s.Name)
	}
	return desired
}

// service returns a service with one replica of an image of its own name.
func service(name string, options ...func(*state.Service)) state.Service {
	s := state.Service{
		Name: name, Hash: "hash-" + name, Replicas: 1, PullPolicy: "missing",
		Config: types.ServiceConfig{Name: name, ContainerSpec: types.ContainerSpec{
			Image: name + ":1", Networks: map[string]*types.ServiceNetworkConfig{"default": nil},
		}},
	}
	for _, option := range options {
		option(&s)
	}
	s.Written = s.Config
	return s
}

func dependsOn(name string, condition state.Condition) func(*state.Service) {
	return func(s *state.Service) {
		s.DependsOn = append(s.DependsOn, state.Dependency{Service: name, Condition: condition, Required: true})
	}
}

func optional(name string, condition state.Condition) func(*state.Service) {
	return func(s *state.Service) {
		s.DependsOn = append(s.DependsOn, state.Dependency{Service: name, Condition: condition})
	}
}

func replicas(n int) func(*state.Service) { return func(s *state.Service) { s.Replicas = n } }

// holds returns what an engine holds after the project was brought up.
func holds(desired state.Desired) state.Observed {
	observed := state.Observed{Engine: state.EngineInfo{Name: "memory", APIVersion: "1.47"}, Images: map[string]state.Image{}}
	for _, n := range desired.Networks {
		observed.Networks = append(observed.Networks, state.ObservedNetwork{
			ID: "id-" + n.Config.Name, Name: n.Config.Name,
			Labels: map[string]string{state.LabelProject: "shop", state.LabelNetwork: n.Key, state.LabelConfigHash: n.Hash},
		})
	}
	for _, v := range desired.Volumes {
		observed.Volumes = append(observed.Volumes, state.ObservedVolume{
			Name:   v.Config.Name,
			Labels: map[string]string{state.LabelProject: "shop", state.LabelVolume: v.Key, state.LabelConfigHash: v.Hash},
		})
	}
	for _, s := range desired.Services {
		observed.Images[s.Config.Image] = state.Image{ID: "sha256:" + s.Config.Image}
		for number := 1; number <= s.Replicas; number++ {
			observed.Containers = append(observed.Containers, held(s, number))
		}
	}
	return observed
}

func held(s state.Service, number int) state.Container {
	name := state.Project{Name: "shop"}.ContainerName(s.Name, number)
	config, _ := state.EncodeConfig(s.Config)
	c := state.Container{
		ID: strings.ReplaceAll("id-of-"+name, "-", ""), Name: name, Service: s.Name, Number: number, Project: "shop",
		Image: s.Config.Image, ImageID: "sha256:" + s.Config.Image, Status: state.StatusRunning,
		Labels: map[string]string{
			state.LabelProject: "shop", state.LabelService: s.Name, state.LabelConfigHash: s.Hash,
			state.LabelStackConfig: config, state.LabelStackInputs: state.EncodeInputs(s.Inputs),
		},
		Networks: map[string]state.Endpoint{"shop_default": {NetworkID: "id-shop_default"}},
	}
	if s.OneShot {
		c.Status = state.StatusExited
	}
	return c
}

// sortedShape is a shape whatever the order of what does not wait for each other.
func sortedShape(shape string) string {
	lines := strings.Split(strings.ReplaceAll(strings.TrimSpace(shape), "\t", ""), "\n")
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}
