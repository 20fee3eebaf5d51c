package planner

import (
	"fmt"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/docker/api/types/swarm"

	"github.com/stackctl/stack/planner/servicespec"
	"github.com/stackctl/stack/state"
)

// decideOneOff makes the service of one command of `run`: a job whose one task
// runs once.
func (d *swarmDraft) decideOneOff(p *swarmService) {
	one := p.service.OneOff
	if i := slices.IndexFunc(d.observed.Services, func(s state.ObservedService) bool { return s.Name() == one.Name }); i >= 0 {
		if d.observed.Services[i].Spec.Labels[state.LabelSlug] != one.Slug {
			d.fail(fmt.Errorf("service %s: the name %s is taken: give another with --name, or remove what has it with `docker service rm %s`",
				p.service.Name, one.Name, one.Name))
		}
		p.reasons = []Reason{{Text: "runs already"}}
		return
	}
	asked := p.service
	asked.Config = oneOffConfig(asked.Config)
	spec, err := servicespec.Of(d.desired, asked, servicespec.Options{Engine: d.observed.Engine, Inputs: d.names})
	if err != nil {
		d.fail(err)
		return
	}
	spec.Spec.Name = one.Name
	spec.Spec.Labels[state.LabelOneOff], spec.Spec.Labels[state.LabelSlug] = "True", one.Slug
	spec.Spec.Labels[state.LabelService] = p.service.Name
	if !one.Aliases {
		spec.Spec.TaskTemplate.Networks = slices.Clone(spec.Spec.TaskTemplate.Networks)
		for i := range spec.Spec.TaskTemplate.Networks {
			spec.Spec.TaskTemplate.Networks[i].Aliases = nil
		}
	}
	p.spec, p.action, p.restarts, p.newImage = spec, Create, true, true
	p.image = d.imageOf(p)
	d.decideImage(p)
}

// oneOffConfig is a service that is to run once. Nobody waits until it is
// healthy, and a Swarm would end what is not. The labels of its service are left
// out: a proxy that goes by them sends it no requests.
func oneOffConfig(s types.ServiceConfig) types.ServiceConfig {
	deploy := types.DeployConfig{}
	if s.Deploy != nil {
		deploy = *s.Deploy
	}
	one := 1
	deploy.Mode, deploy.Replicas, deploy.Labels = "replicated-job", &one, nil
	deploy.UpdateConfig, deploy.RollbackConfig = nil, nil
	deploy.RestartPolicy = &types.RestartPolicy{Condition: string(swarm.RestartPolicyConditionNone)}
	s.Deploy, s.Scale, s.Restart = &deploy, nil, ""
	if s.HealthCheck != nil {
		s.HealthCheck = &types.HealthCheckConfig{Disable: true}
	}
	return s
}

// removeOneOffs removes the services of `run` of a service once its dependents are
// gone, and returns the nodes after which they are.
func (d *swarmTeardown) removeOneOffs(key string, after []ID) []ID {
	var gone []ID
	for _, s := range d.oneOffs {
		if s.Service != key || !d.chosenOneOff(s) {
			continue
		}
		ref := state.ServiceRef(s.Name())
		d.change(Change{Ref: ref, Name: s.Name(), Action: Delete})
		s.Service = s.Name() // beside the service itself
		id := d.removeService(s, "", after...)
		d.gone[s.Name()] = id
		gone = append(gone, id)
	}
	return gone
}

func (d *swarmTeardown) chosenOneOff(s state.ObservedService) bool {
	return d.named == nil || d.named[s.Service]
}

// heldAll are the services of the project and those of `run`, by what tells them
// apart: their keys, and the names of those of `run`.
func (d *swarmDraft) heldAll() map[string]*state.ObservedService {
	all := map[string]*state.ObservedService{}
	for key, s := range d.held {
		all[key] = s
	}
	for i, s := range d.oneOffs {
		all[s.Name()] = &d.oneOffs[i]
	}
	return all
}
