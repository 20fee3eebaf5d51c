package servicespec_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"
	"github.com/docker/docker/api/types/swarm"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/planner/servicespec"
)

const full = `
services:
  web:
    image: nginx
    command: [a]
    environment: {B: "1", A: "2"}
    secrets: [word]
    configs: [conf]
    cap_add: [NET_ADMIN]
    extra_hosts: {b: 1.1.1.1, a: 2.2.2.2}
    healthcheck: {test: [CMD, x], interval: 7s}
    volumes: [/x:/y, data:/d, {type: tmpfs, target: /t}]
    ports: ["81:80", "80:80"]
    deploy:
      placement: {constraints: [b, a]}
      update_config: {parallelism: 1}
      restart_policy: {condition: any}
volumes: {data: {}}
configs: {conf: {content: a}}
secrets: {word: {environment: WORD}}
`

// An engine tells a specification with its own words for what was not said
// (daemon/cluster/convert): zeros that are there, defaults, empty lists.
func TestWhatAnEngineAddsIsNoDifference(t *testing.T) {
	desired, service := load(t, full)
	made, err := servicespec.Of(desired, service, servicespec.Options{})
	assert.NilError(t, err)
	wanted := made.Spec
	b, err := json.Marshal(wanted)
	assert.NilError(t, err)
	var told swarm.ServiceSpec
	assert.NilError(t, json.Unmarshal(b, &told))

	task, c := &told.TaskTemplate, told.TaskTemplate.ContainerSpec
	zero, none, ten := uint64(0), time.Duration(0), 10*time.Second
	five := 5 * time.Second
	task.Runtime = swarm.RuntimeContainer
	task.RestartPolicy.MaxAttempts, task.RestartPolicy.Window, task.RestartPolicy.Delay = &zero, &none, &five
	task.Placement.Platforms = []swarm.Platform{{OS: "linux", Architecture: "amd64"}}
	task.ForceUpdate = 3
	c.Image = "nginx:latest@sha256:0123"
	c.Isolation = container.IsolationDefault
	c.StopGracePeriod = &ten
	c.DNSConfig = &swarm.DNSConfig{}
	c.Privileges = &swarm.Privileges{}
	c.Secrets[0].SecretID, c.Configs[0].ConfigID = "id", "id"
	for i := range c.Mounts {
		switch c.Mounts[i].Type {
		case mount.TypeBind:
			c.Mounts[i].BindOptions = &mount.BindOptions{Propagation: mount.PropagationRPrivate}
		case mount.TypeTmpfs:
			c.Mounts[i].TmpfsOptions = &mount.TmpfsOptions{}
		}
	}
	c.Mounts[0], c.Mounts[1] = c.Mounts[1], c.Mounts[0]
	told.UpdateConfig.FailureAction, told.UpdateConfig.Order = "pause", "stop-first"
	told.RollbackConfig = &swarm.UpdateConfig{Parallelism: 1, FailureAction: "pause", Monitor: five, Order: "stop-first"}
	told.EndpointSpec.Mode = swarm.ResolutionModeVIP
	told.Networks, task.Networks = task.Networks, nil //nolint:staticcheck // as older clients make them

	assert.DeepEqual(t, servicespec.Differences(told, wanted), []servicespec.Difference(nil))
	next := servicespec.Update(told, wanted)
	assert.DeepEqual(t, next.TaskTemplate, told.TaskTemplate)
	assert.DeepEqual(t, next.EndpointSpec, told.EndpointSpec)
}

// A container's own labels, and what is published, make new tasks; a service's
// labels, its replicas and where tasks may be do not.
func TestWhatMakesNewTasks(t *testing.T) {
	for example, restarts := range map[string]bool{
		"labels: {a: b}":                            true,
		"ports: ['80']":                             true,
		"deploy: {endpoint_mode: dnsrr}":            true,
		"deploy: {labels: {a: b}}":                  false,
		"deploy: {replicas: 4}":                     false,
		"deploy: {update_config: {parallelism: 3}}": false,
		"deploy: {placement: {constraints: [a]}}":   false,
		"deploy: {mode: replicated-job}":            true,
	} {
		differences := servicespec.Differences(specWith(t, "").Spec, specWith(t, example).Spec)
		assert.Assert(t, len(differences) > 0, example)
		for _, d := range differences {
			assert.Equal(t, d.Restarts, restarts, "%s: %s", example, d.Field)
		}
	}
}

// What a Swarm holds is made by what the file says alone: a moved constraint is
// sent without anything else.
func TestAConstraintIsSentAlone(t *testing.T) {
	old := specWith(t, "").Spec
	old.TaskTemplate.ContainerSpec.Image = "x:latest@sha256:0123"
	next := servicespec.Update(old, specWith(t, "deploy: {placement: {constraints: [a]}}").Spec)
	assert.DeepEqual(t, next.TaskTemplate.Placement.Constraints, []string{"a"})
	next.TaskTemplate.Placement = old.TaskTemplate.Placement
	assert.DeepEqual(t, next.TaskTemplate, old.TaskTemplate)
}

func TestImagesThatAreTheSame(t *testing.T) {
	for _, test := range []struct {
		old, wanted string
		same        bool
	}{
		{"nginx:latest@sha256:01", "nginx", true},
		{"docker.io/library/nginx:1@sha256:01", "nginx:1", true},
		{"localhost:5000/a/b:latest@sha256:01", "localhost:5000/a/b", true},
		{"nginx:1@sha256:01", "nginx:2", false},
		{"nginx:1@sha256:01", "nginx:1@sha256:02", false},
		{"a/nginx:1", "nginx:1", false},
	} {
		old, wanted := specWith(t, "image: "+test.old).Spec, specWith(t, "image: "+test.wanted).Spec
		assert.Equal(t, len(servicespec.Differences(old, wanted)) == 0, test.same, "%s and %s", test.old, test.wanted)
	}
}
