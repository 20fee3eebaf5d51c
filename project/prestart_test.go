package project_test

import (
	"testing"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/project"
	"github.com/stackctl/stack/state"
)

func TestAPreStartHookIsAContainerWithWhatItInherits(t *testing.T) {
	p := loadText(t, `
name: x
services:
  web:
    image: web:1
    environment: {A: "1"}
    volumes: ["data:/data"]
    configs: [mine]
    pre_start:
      - {command: [a], environment: {B: "2"}}
      - {image: tool:1, command: [b], per_replica: true, volumes: ["own:/own"], configs: [theirs], pull_policy: always}
volumes: {data: {}, own: {}, unused: {}}
configs: {theirs: {content: hello}, mine: {content: hi}}
`)
	assert.DeepEqual(t, p.Warnings, []string(nil))
	assert.DeepEqual(t, p.Volumes(), []string{"data", "own"})
	web := byName(desired(t, p, project.DesiredOptions{}))["web"]
	first, second := web.PreStart[0], web.PreStart[1]

	assert.Equal(t, first.Config.Name, "web")
	assert.Equal(t, first.Config.Image, "web:1")
	assert.Equal(t, *first.Config.Environment["A"]+*first.Config.Environment["B"], "12")
	assert.Equal(t, len(first.Config.Volumes), 0) // the service's come with its container
	assert.Equal(t, first.Files[0].Name, "config/mine")
	assert.Assert(t, !first.PerReplica)

	assert.Equal(t, second.Config.Image, "tool:1")
	assert.Equal(t, second.PullPolicy, "always")
	assert.Equal(t, second.Config.Volumes[0].Source, "own")
	assert.Assert(t, second.PerReplica)
	assert.Equal(t, len(web.Files), 1)
	_, counts := web.Inputs["config/theirs"]
	assert.Assert(t, counts, "a config of a hook takes no part in change detection")
}

func TestAHookOfAServiceThatIsBuiltRunsItsImage(t *testing.T) {
	p := loadText(t, "name: x\nservices: {web: {build: ., pre_start: [{command: [a]}]}}\n")
	web := byName(desired(t, p, project.DesiredOptions{}))["web"]
	assert.Equal(t, web.PreStart[0].Config.Image, "p-web")
}

func TestProvidersAndModelsAreWhatServicesUse(t *testing.T) {
	p := loadText(t, `
name: x
services:
  db: {provider: {type: cloud, options: {size: small}}, depends_on: [net]}
  net: {image: net:1}
  web: {image: web:1, depends_on: {db: {condition: service_healthy}}, models: [llm]}
models:
  llm: {model: ai/x, context_size: 10}
  unused: {model: ai/y}
`)
	assert.DeepEqual(t, p.Warnings, []string(nil))
	d := desired(t, p, project.DesiredOptions{})
	assert.Equal(t, len(d.Services), 2)
	assert.Equal(t, d.Providers[0].Name, "db")
	assert.DeepEqual(t, d.Providers[0].DependsOn, []state.Dependency{{Service: "net", Condition: state.Started, Required: true}})
	assert.DeepEqual(t, byName(d)["web"].DependsOn, []state.Dependency{{Service: "db", Condition: state.Healthy, Required: true}})
	assert.Equal(t, len(d.Models), 1)
	assert.Equal(t, d.Models[0].Config.Model, "ai/x")
}

func TestComposeIsNoProvider(t *testing.T) {
	_, err := loadText(t, "name: x\nservices: {db: {provider: {type: compose}}}\n").Desired(project.DesiredOptions{})
	assert.ErrorContains(t, err, "'compose' is not a valid provider type")
}
