package project_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/project"
	"github.com/stackctl/stack/state"
)

// recordedIn is where the projects were when Docker Compose's hashes were
// recorded: a hash takes in the absolute paths that a service mounts.
const recordedIn = "/tmp/stack-parity"

type recorded struct {
	Services map[string]string
	Networks map[string]struct{ Name, Hash string }
	Volumes  map[string]struct{ Name, Hash string }
}

func TestHashesAreDockerComposes(t *testing.T) {
	dir, err := filepath.Abs("testdata/parity")
	assert.NilError(t, err)
	for _, file := range composeFiles(t, dir) {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join(dir, "expected", name+".json"))
			assert.NilError(t, err)
			var want recorded
			assert.NilError(t, json.Unmarshal(text, &want))

			p := load(t, project.Options{
				Dir: dir, Files: []string{file}, Name: "parity" + strings.ReplaceAll(name, "-", ""),
				Environ: []string{"HOME=" + recordedIn, "PARITY=on"},
			})
			for service, hash := range want.Services {
				s := p.Model.Services[service]
				for i := range s.Volumes {
					s.Volumes[i].Source = strings.Replace(s.Volumes[i].Source, dir, recordedIn, 1)
				}
				got, err := state.ServiceHash(s)
				assert.NilError(t, err)
				assert.Check(t, got == hash, "service %s", service)
			}
			for key, network := range want.Networks {
				got, err := state.NetworkHash(p.Model.Networks[key])
				assert.NilError(t, err)
				assert.Check(t, got == network.Hash, "network %s", key)
				assert.Check(t, p.Model.Networks[key].Name == network.Name)
			}
			for key, volume := range want.Volumes {
				got, err := state.VolumeHash(p.Model.Volumes[key])
				assert.NilError(t, err)
				assert.Check(t, got == volume.Hash, "volume %s", key)
				assert.Check(t, p.Model.Volumes[key].Name == volume.Name)
			}
		})
	}
}
