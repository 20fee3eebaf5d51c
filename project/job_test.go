package project_test

import (
	"testing"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/project"
)

func TestAJobIsWhatIsMeantToEnd(t *testing.T) {
	services := byName(desired(t, loadText(t, `
services:
  awaited: {image: x}
  replicated: {image: x, deploy: {mode: replicated-job, replicas: 2}}
  global: {image: x, deploy: {mode: global-job}}
  said: {image: x, x-stack: {job: true}}
  denied: {image: x, x-stack: {job: false}}
  server: {image: x, restart: "no", deploy: {mode: replicated}, depends_on: {awaited: {condition: service_completed_successfully}}}
`), project.DesiredOptions{}))
	var jobs []string
	for _, name := range []string{"awaited", "denied", "global", "replicated", "said", "server"} {
		if services[name].OneShot {
			jobs = append(jobs, name)
		}
	}
	assert.DeepEqual(t, jobs, []string{"awaited", "global", "replicated", "said"})
	assert.Equal(t, services["replicated"].Replicas, 2)
}

func TestBeingAJobIsNotInTheHash(t *testing.T) {
	of := func(text string) string {
		return desired(t, loadText(t, text), project.DesiredOptions{}).Services[0].Hash
	}
	assert.Equal(t, of("services: {a: {image: x, x-stack: {job: true}}}"), of("services: {a: {image: x}}"))
}

func TestAJobIsOneWithoutThoseWhoWaitForIt(t *testing.T) {
	o := textOptions(t, `
services:
  job: {image: x}
  late: {image: x, profiles: [late], depends_on: {job: {condition: service_completed_successfully}}}
`)
	o.Services = []string{"job"}
	services := desired(t, load(t, o), project.DesiredOptions{}).Services
	assert.Equal(t, len(services), 1)
	assert.Assert(t, services[0].OneShot)
}
