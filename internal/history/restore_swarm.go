package history

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stackctl/stack/planner/servicespec"
	"github.com/stackctl/stack/state"
)

// OnSwarm returns what is desired with the contents of configs and secrets that
// the Swarm does not hold any more, each taken from today's files if it is as it
// was then; and with each of the named services (none is all) running the image
// that it ran in a revision, by its digest where the Swarm runs another one now.
func (t Today) OnSwarm(desired state.Desired, r Revision, services []string, held state.Observed) (state.Desired, []string, error) {
	x := &restorer{today: t, revision: r, services: services}
	desired.Inputs = mapEach(desired.Inputs, func(input *state.Input) { x.input(input, desired.Services, held.Inputs) })
	desired.Services = mapEach(desired.Services, func(s *state.Service) {
		if then, known := r.Service(s.Name); known && x.wants(s.Name) {
			pin(s, then, held.Services)
		}
	})
	return desired, x.warnings, x.errs.ErrorOrNil()
}

// input finds the content that a config or secret had, unless the Swarm has it.
func (x *restorer) input(input *state.Input, users []state.Service, held []state.ObservedInput) {
	name := servicespec.InputName(*input)
	there := slices.ContainsFunc(held, func(o state.ObservedInput) bool { return o.Kind == input.Kind && o.Name == name })
	called := string(input.Kind) + "/" + input.Key
	used := slices.ContainsFunc(users, func(s state.Service) bool { return x.wants(s.Name) && s.Inputs[called] != "" })
	if there || input.External || input.Digest == "" || !used {
		return
	}
	isKey := func(o state.Input) bool { return o.Kind == input.Kind && o.Key == input.Key }
	i := slices.IndexFunc(x.today.Desired.Inputs, func(o state.Input) bool { return o.Kind == input.Kind && o.Digest == input.Digest })
	if i < 0 {
		i = slices.IndexFunc(x.today.Desired.Inputs, isKey)
		x.lose(fmt.Sprintf("%s %s", input.Kind, input.Key), i >= 0)
	}
	if i >= 0 {
		input.Digest, input.Content = x.today.Desired.Inputs[i].Digest, x.today.Desired.Inputs[i].Content
	}
}

// pin names the image of a service with the digest that it had then, if the
// service has another one now.
func pin(s *state.Service, then state.ObservedService, held []state.ObservedService) {
	_, digest, pinned := strings.Cut(imageOf(then), "@")
	runs := slices.ContainsFunc(held, func(o state.ObservedService) bool {
		return o.Service == s.Name && !o.OneOff() && imageOf(o) == imageOf(then)
	})
	if pinned && !runs && !strings.Contains(s.Config.Image, "@") {
		s.Config.Image += "@" + digest
	}
}

func imageOf(s state.ObservedService) string {
	if container := s.Spec.TaskTemplate.ContainerSpec; container != nil {
		return container.Image
	}
	return ""
}
