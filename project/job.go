package project

import (
	"fmt"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// oneShots are the services for whose completion another one waits, be it one
// that is not active or selected now: what a job is does not depend on what it
// is looked at for.
func (p *Project) oneShots() map[string]bool {
	found := map[string]bool{}
	for _, s := range p.Model.AllServices() {
		for name, dependency := range s.DependsOn {
			if dependency.Condition == types.ServiceConditionCompletedSuccessfully {
				found[name] = true
			}
		}
	}
	return found
}

// isOneShot is true for a service whose containers are meant to end: another
// one waits for that, its deploy.mode is that of a job, or its x-stack says so.
func (b *desiredBuilder) isOneShot(s types.ServiceConfig) bool {
	said := b.jobSetting(s)
	return said || b.oneShots[s.Name] || s.Deploy != nil && strings.HasSuffix(s.Deploy.Mode, "-job")
}

func (b *desiredBuilder) jobSetting(s types.ServiceConfig) bool {
	value := b.serviceSettings(s.Name, s.Extensions)["job"]
	job, ok := value.(bool)
	if value != nil && !ok {
		b.addValue(modelPath{"services", s.Name, extension, "job"}, fmt.Sprintf("expected true or false, found %q", fmt.Sprint(value)), "")
	}
	return job
}
