package planner

import (
	"fmt"

	"github.com/docker/docker/api/types/swarm"
)

// settleOrder makes updates stop-first that could never go on start-first: where
// each node that takes tasks of a service has as many as it can, a new one has
// no place beside the old ones. It notes that for when the service is written.
func (d *swarmDraft) settleOrder(p *swarmService) {
	spec := &p.spec.Spec
	each, because := roomOf(spec)
	if each == 0 {
		return
	}
	nodes, wanted := len(d.takers(p)), replicasOf(spec.Mode)
	if nodes == 0 || wanted >= 0 && wanted < each*nodes {
		return
	}
	for _, c := range []struct {
		field  string
		config **swarm.UpdateConfig
	}{{"update_config", &spec.UpdateConfig}, {"rollback_config", &spec.RollbackConfig}} {
		if *c.config == nil || (*c.config).Order != swarm.UpdateOrderStartFirst {
			continue
		}
		stopFirst := **c.config
		stopFirst.Order = swarm.UpdateOrderStopFirst
		*c.config = &stopFirst
		p.notes = append(p.notes, fmt.Sprintf(
			"service %s: deploy.%s asks for start-first, and its tasks are replaced stop-first all the same: with %s, no node has room for a new one beside the old ones",
			p.service.Name, c.field, because))
	}
}

// roomOf is how many tasks of a service a node can have, and what says so; 0
// where nothing does.
func roomOf(spec *swarm.ServiceSpec) (each int, because string) {
	if placement := spec.TaskTemplate.Placement; placement != nil && placement.MaxReplicas > 0 {
		each, because = int(placement.MaxReplicas), "max_replicas_per_node" //nolint:gosec // no node has so many
	}
	if spec.EndpointSpec == nil {
		return each, because
	}
	for _, port := range spec.EndpointSpec.Ports {
		if port.PublishMode == swarm.PortConfigPublishModeHost && port.PublishedPort != 0 {
			return 1, fmt.Sprintf("port %d of the node (mode: host)", port.PublishedPort)
		}
	}
	return each, because
}
