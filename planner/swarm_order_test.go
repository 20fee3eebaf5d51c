package planner_test

import (
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/docker/api/types/swarm"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// A task that is started before the old one ends needs a node that has room for
// both, or another.
func TestOnSwarmAnUpdateThatNoNodeHasRoomForIsStopFirst(t *testing.T) {
	const because = "service web: deploy.update_config asks for start-first, and its tasks are replaced stop-first all the same: with "
	port := func(s *state.Service) {
		s.Config.Ports = []types.ServicePortConfig{{Target: 80, Published: "8080", Mode: "host", Protocol: "tcp"}}
	}
	for name, test := range map[string]struct {
		nodes, replicas int
		change          func(*state.Service)
		order, warning  string
	}{
		"a port on each node":      {3, 3, port, swarm.UpdateOrderStopFirst, because + "port 8080 of the node (mode: host), no node has room for a new one beside the old ones"},
		"a port, and a node to go": {3, 2, port, swarm.UpdateOrderStartFirst, ""},
		"a port that the node chooses": {1, 1, func(s *state.Service) {
			s.Config.Ports = []types.ServicePortConfig{{Target: 80, Mode: "host", Protocol: "tcp"}}
		}, swarm.UpdateOrderStartFirst, ""},
		"a port of the mesh": {1, 1, func(s *state.Service) {
			s.Config.Ports = []types.ServicePortConfig{{Target: 80, Published: "8080", Mode: "ingress", Protocol: "tcp"}}
		}, swarm.UpdateOrderStartFirst, ""},
		"a port on the one node that it may be on": {3, 1, func(s *state.Service) {
			port(s)
			s.Config.Deploy.Placement.Constraints = []string{"node.role == manager"}
		}, swarm.UpdateOrderStopFirst, because + "port 8080 of the node (mode: host), no node has room for a new one beside the old ones"},
		"as many as a node may have": {2, 4, func(s *state.Service) { s.Config.Deploy.Placement.MaxReplicas = 2 },
			swarm.UpdateOrderStopFirst, because + "max_replicas_per_node, no node has room for a new one beside the old ones"},
		"fewer than nodes may have": {2, 3, func(s *state.Service) { s.Config.Deploy.Placement.MaxReplicas = 2 }, swarm.UpdateOrderStartFirst, ""},
	} {
		t.Run(name, func(t *testing.T) {
			web := service("web")
			web.Replicas = test.replicas
			web.Config.Deploy = &types.DeployConfig{UpdateConfig: &types.UpdateConfig{Order: swarm.UpdateOrderStartFirst}}
			test.change(&web)
			desired, m := project(web), swarmOf(test.nodes)
			plan, err := planner.Up(desired, m.Observed, planner.UpPolicy{})
			assert.NilError(t, err)
			spec := plan.Nodes[1].Op.(planner.CreateService).Spec.Spec
			assert.Equal(t, spec.UpdateConfig.Order, test.order)
			if test.warning == "" {
				assert.Equal(t, len(plan.Warnings), 0, plan.Warnings)
			} else {
				assert.DeepEqual(t, plan.Warnings, []string{test.warning})
			}
			m.apply(t, plan)
			again, err := planner.Up(desired, m.Observed, planner.UpPolicy{})
			is(t, shape(t, again, err), "")
			assert.Equal(t, len(again.Warnings), 0, again.Warnings)
		})
	}
}
