package servicespec_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/docker/docker/api/types/swarm"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/planner/servicespec"
	"github.com/stackctl/stack/project"
	"github.com/stackctl/stack/state"
)

// What engines hold after `docker stack deploy` of a file is what the file wants:
// such a stack is taken over without a restart, and without an update.
func TestWhatDockerStackDeployedIsNoDifference(t *testing.T) {
	dir, err := filepath.Abs("testdata/dockerstack")
	assert.NilError(t, err)
	p, err := project.Load(t.Context(), project.Options{Dir: dir, Name: "specrt"})
	assert.NilError(t, err)
	desired, err := p.Desired(project.DesiredOptions{Swarm: true})
	assert.NilError(t, err)
	inputs := map[string]string{"config/conf": "specrt_conf", "secret/word": "specrt_word"}
	for file, api := range map[string]string{"engine-20.10.json": "1.41", "engine-28.json": "1.51"} {
		b, err := os.ReadFile(filepath.Join(dir, file))
		assert.NilError(t, err)
		var held map[string]swarm.ServiceSpec
		assert.NilError(t, json.Unmarshal(b, &held))
		assert.Equal(t, len(held), len(desired.Services))
		for _, service := range desired.Services {
			wanted, err := servicespec.Of(desired, service, servicespec.Options{Inputs: inputs, Engine: state.EngineInfo{APIVersion: api}})
			assert.NilError(t, err)
			has := held[wanted.Spec.Name]
			assert.DeepEqual(t, servicespec.Differences(has, wanted.Spec), []servicespec.Difference(nil))
			assert.DeepEqual(t, servicespec.Update(has, wanted.Spec).TaskTemplate, has.TaskTemplate)
		}
	}
}
