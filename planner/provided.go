package planner

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackctl/stack/state"
)

// supplyServices gives services what is provided to them.
func (d *draft) supplyServices() error {
	if len(d.desired.Providers)+len(d.desired.Models) == 0 {
		return nil
	}
	d.desired.Services = slices.Clone(d.desired.Services)
	for i, service := range d.desired.Services {
		supplied, err := d.supplied(service)
		if err != nil {
			return err
		}
		d.desired.Services[i] = supplied
	}
	return nil
}

// supplied returns a service with the variables that the providers that it
// depends on and the models that it uses give it, and with the hash that it has
// with them. As in Docker Compose, they win over what the file says.
func (d *draft) supplied(service state.Service) (state.Service, error) {
	given := d.givenTo(service)
	if len(given) == 0 {
		return service, nil
	}
	d.given[service.Name] = slices.Sorted(maps.Keys(given))
	for i, hook := range service.PreStart {
		if i == 0 {
			service.PreStart = slices.Clone(service.PreStart)
		}
		service.PreStart[i].Config.Environment = withInherited(hook.Config.Environment, service.Config.Environment, given)
	}
	service.Config.Environment = with(service.Config.Environment, given)
	service.Written.Environment = with(service.Written.Environment, given)
	hash, err := state.ServiceHash(service.Written)
	service.Hash = hash
	return service, err
}

// givenTo are the variables that a service gets.
func (d *draft) givenTo(service state.Service) map[string]string {
	given := map[string]string{}
	for _, dependency := range service.DependsOn {
		provided := d.provided[state.ProviderRef(dependency.Service).String()]
		for key, value := range provided.Prefixed {
			given[strings.ToUpper(dependency.Service)+"_"+key] = value
		}
		for _, key := range slices.Sorted(maps.Keys(provided.Raw)) {
			if old, set := service.Config.Environment[key]; set && (old == nil || *old != provided.Raw[key]) {
				d.warnings = append(d.warnings, fmt.Sprintf("provider %s overrides environment variable %s of service %s", dependency.Service, key, service.Name))
			}
			given[key] = provided.Raw[key]
		}
	}
	for _, key := range slices.Sorted(maps.Keys(service.Config.Models)) {
		use := service.Config.Models[key]
		provided, known := d.provided[state.ModelRef(key).String()]
		if !known {
			continue
		}
		if use == nil {
			use = &types.ServiceModelConfig{}
		}
		prefix := strings.ReplaceAll(strings.ToUpper(key), "-", "_") + "_"
		given[cmp.Or(use.ModelVariable, prefix+state.ModelVariable)] = provided.Prefixed[state.ModelVariable]
		given[cmp.Or(use.EndpointVariable, prefix+state.EndpointVariable)] = provided.Prefixed[state.EndpointVariable]
	}
	return given
}

func with(environment types.MappingWithEquals, given map[string]string) types.MappingWithEquals {
	merged := maps.Clone(environment)
	if merged == nil {
		merged = types.MappingWithEquals{}
	}
	for key, value := range given {
		merged[key] = &value
	}
	return merged
}

// withInherited is a hook's environment, where what it sets itself stays.
func withInherited(hook, service types.MappingWithEquals, given map[string]string) types.MappingWithEquals {
	inherited := maps.Clone(given)
	for key, value := range hook {
		old, same := service[key]
		if same = same && (old == value || old != nil && value != nil && *old == *value); !same {
			delete(inherited, key)
		}
	}
	return with(hook, inherited)
}

// maskGiven hides the values of variables that a service is given now, or that
// its container was given.
func (d *draft) maskGiven(reasons []Reason, service state.Service, c state.Container) {
	given := slices.Concat(d.given[service.Name], strings.Split(c.Labels[state.LabelStackGiven], ","))
	for i, reason := range reasons {
		name, is := strings.CutPrefix(reason.Field, "environment.")
		if !is || !slices.Contains(given, name) {
			continue
		}
		for _, value := range []*string{&reasons[i].Old, &reasons[i].New} {
			if *value != "" {
				*value = "***"
			}
		}
	}
}
