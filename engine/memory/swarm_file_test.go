package memory_test

import (
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docker/docker/api/types/swarm"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/stackctl/stack/engine/memory"
)

// A Swarm in a file is the same in every process that has it, and goes on.
func TestASwarmLivesOnInAFile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "memory.json")
		process := func() *fleet {
			m, err := memory.Load(path, memory.Options{Nodes: make([]memory.Node, 3)})
			assert.NilError(t, err)
			return &fleet{Engine: m.Engine(), Memory: m, t: t}
		}
		spec := swarmService("web", 2, map[string]string{"stop-takes": "2s"})
		spec.Spec.UpdateConfig = &swarm.UpdateConfig{Parallelism: 1, Delay: time.Second}
		process().create(spec)
		process().expect("web.1 web:1 node1 running→running", "web.2 web:1 node2 running→running")
		spec.Spec.TaskTemplate.ContainerSpec.Image = "web:2"
		process().update(spec)
		time.Sleep(time.Second)
		process().expect("web.1 web:1 node1 running→shutdown", "web.1 web:2 node3 ready→ready", "web.2 web:1 node2 running→running")
		time.Sleep(time.Second)
		process().expect("web.1 web:1 node1 shutdown→shutdown", "web.1 web:2 node3 running→running", "web.2 web:1 node2 running→running")
		time.Sleep(time.Minute)
		p := process()
		p.expect("web.1 web:1 node1 shutdown→shutdown", "web.1 web:2 node3 running→running",
			"web.2 web:2 node1 running→running", "web.2 web:1 node2 shutdown→shutdown")
		assert.Check(t, is.Equal(p.held("web").Update.State, swarm.UpdateStateCompleted))
		assert.NilError(t, process().StopNode("node3"))
		assert.NilError(t, process().StartNode("node3"))
		time.Sleep(time.Minute)
		spec.Spec.Mode.Replicated.Replicas = new(uint64)
		process().update(spec)
		assert.Check(t, is.Len(process().observe().Tasks, 2), "those that are stopping")
		time.Sleep(2 * time.Second)
		process().expect()
		assert.NilError(t, process().RemoveService(t.Context(), "p_web"))
		info, err := process().Info(t.Context())
		assert.NilError(t, err)
		assert.Check(t, is.Equal(info.Nodes, 3))
		_, err = memory.Load(path, memory.OptionsFrom(func(string) string { return "three" }))
		assert.Check(t, is.ErrorContains(err, "STACK_MEMORY_NODES=three"))
	})
}
