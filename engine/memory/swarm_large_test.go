package memory_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/docker/docker/api/types/swarm"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/stackctl/stack/engine/memory"
)

// A Swarm of 1,000 nodes runs 10,000 tasks of 1,000 services, loses a node, and
// rolls an update of all of them out.
func TestALargeSwarm(t *testing.T) {
	const nodes, count, replicas = 1000, 1000, 10
	inSwarm(t, memory.Options{Nodes: make([]memory.Node, nodes)}, func(f *fleet) {
		for i := range count {
			f.create(swarmService(fmt.Sprintf("s%03d", i), replicas, nil))
		}
		onNode := map[string]int{}
		for _, task := range f.observe().Tasks {
			assert.Assert(t, is.Equal(task.State, swarm.TaskStateRunning))
			onNode[task.Node]++
		}
		assert.Assert(t, is.Len(onNode, nodes))
		for name, tasks := range onNode {
			assert.Assert(t, is.Equal(tasks, count*replicas/nodes), name)
		}
		assert.NilError(t, f.StopNode("node7"))
		time.Sleep(time.Minute)
		running := 0
		for _, task := range f.observe().Tasks {
			if task.Desired == swarm.TaskStateRunning && task.State == swarm.TaskStateRunning {
				running++
				assert.Assert(t, task.Node != "node7")
			}
		}
		assert.Check(t, is.Equal(running, count*replicas))
		for _, held := range f.observe().Services {
			spec := swarmService(held.Service, replicas, nil)
			spec.Spec.TaskTemplate.ContainerSpec.Image = "web:2"
			assert.NilError(t, f.UpdateService(t.Context(), held.ID, held.Version, spec, nil))
		}
		time.Sleep(time.Minute)
		for _, held := range f.observe().Services {
			assert.Assert(t, is.Equal(held.Update.State, swarm.UpdateStateCompleted))
		}
	})
}
