package history

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackctl/stack/state"
)

// Wanted is the whole project as it is wanted after a run that wanted now: of
// what was wanted before, what the run was not about stays. Services that the
// project has no more do not.
func Wanted(before, now state.Desired) state.Desired {
	return merge(before, now, func(service string) bool { return slices.Contains(now.Known, service) })
}

// Without is what is wanted of a project when these services are not any more;
// none is all of them.
func Without(before state.Desired, services []string) state.Desired {
	if len(services) == 0 {
		return state.Desired{Project: before.Project}
	}
	left := state.Desired{Project: before.Project, Known: before.Known}
	return merge(before, left, func(service string) bool { return !slices.Contains(services, service) })
}

// Part is what is wanted of some services alone, as they were then, with the
// networks and volumes that they use. What else there is now is known, and not
// wanted by this.
func Part(now, then state.Desired, services []string) state.Desired {
	part := state.Desired{Project: then.Project, Known: slices.Concat(now.Known, services)}
	slices.Sort(part.Known)
	part.Known = slices.Compact(part.Known)
	return merge(then, part, func(service string) bool { return slices.Contains(services, service) })
}

// merge adds to what is wanted the services of another state that are kept,
// with what they use. What both have is the first one's.
func merge(from, to state.Desired, kept func(service string) bool) state.Desired {
	var users []state.Service
	for _, s := range from.Services {
		if kept(s.Name) && !has(to.Services, s.Name, serviceName) {
			users = append(users, s)
		}
	}
	to.Services = join(to.Services, users, serviceName, func(string) bool { return true })
	to.Providers = join(to.Providers, from.Providers, providerName, kept)
	used := uses(users)
	to.Networks = join(to.Networks, from.Networks, func(n state.Network) string { return n.Key }, used.network)
	to.Volumes = join(to.Volumes, from.Volumes, func(v state.Volume) string { return v.Key }, used.volume)
	to.Models = join(to.Models, from.Models, func(m state.Model) string { return m.Key }, used.model)
	to.Inputs = join(to.Inputs, from.Inputs, inputName, used.input)
	for _, need := range from.Needs {
		if slices.ContainsFunc(users, func(s state.Service) bool { return s.Name == need.Service }) {
			to.Needs = append(slices.Clone(to.Needs), need)
		}
	}
	return to
}

func serviceName(s state.Service) string   { return s.Name }
func inputName(i state.Input) string       { return string(i.Kind) + "/" + i.Key }
func providerName(p state.Provider) string { return p.Name }

func has[T any](values []T, name string, nameOf func(T) string) bool {
	return slices.ContainsFunc(values, func(value T) bool { return nameOf(value) == name })
}

// join adds the wanted ones of more that values does not have, sorted by name.
func join[T any](values, more []T, nameOf func(T) string, wanted func(name string) bool) []T {
	joined := slices.Clone(values)
	for _, value := range more {
		if name := nameOf(value); wanted(name) && !has(values, name, nameOf) {
			joined = append(joined, value)
		}
	}
	slices.SortFunc(joined, func(a, b T) int { return cmp.Compare(nameOf(a), nameOf(b)) })
	return joined
}

// uses are services that use networks, volumes and models.
type uses []state.Service

func (u uses) network(key string) bool {
	return slices.ContainsFunc(u, func(s state.Service) bool {
		_, is := s.Config.Networks[key]
		return is
	})
}

func (u uses) volume(key string) bool {
	return slices.ContainsFunc(u, func(s state.Service) bool {
		for _, v := range s.Config.Volumes {
			if v.Source == key {
				return true
			}
		}
		return false
	})
}

func (u uses) input(name string) bool {
	kind, key, _ := strings.Cut(name, "/")
	return slices.ContainsFunc(u, func(s state.Service) bool {
		if state.Kind(kind) == state.KindConfig {
			return slices.ContainsFunc(s.Config.Configs, func(c types.ServiceConfigObjConfig) bool { return c.Source == key })
		}
		return slices.ContainsFunc(s.Config.Secrets, func(c types.ServiceSecretConfig) bool { return c.Source == key })
	})
}

func (u uses) model(key string) bool {
	return slices.ContainsFunc(u, func(s state.Service) bool {
		_, is := s.Config.Models[key]
		return is
	})
}

// Covers is true where [Wanted] is what the run wanted: nothing else of what
// was wanted before is still known.
func Covers(before Head, now state.Desired) bool {
	wanted := map[string]bool{}
	for i := range now.Services {
		wanted[now.Services[i].Name] = true
	}
	for i := range now.Providers {
		wanted[now.Providers[i].Name] = true
	}
	return !slices.ContainsFunc(before.Services, func(name string) bool {
		return slices.Contains(now.Known, name) && !wanted[name]
	})
}

// Fingerprint tells what is wanted apart, without what is secret in it: what
// [Store.Add] is given as secrets too. Where the file says something does not
// count.
func Fingerprint(desired state.Desired, secrets []string) (string, error) {
	sealer := newSealer(withoutBuilds(desired), secrets)
	desired.Services = mapEach(desired.Services, func(s *state.Service) { s.Written = types.ServiceConfig{} }) // Hash is of it
	desired = sealer.desired(desired)
	desired.Needs = nil
	text, err := json.Marshal(desired)
	if err != nil {
		return "", fmt.Errorf("project %s: %w", desired.Project.Name, err)
	}
	sum := sha256.Sum256(text)
	return "sha256:" + hex.EncodeToString(sum[:]), nil
}
