package project

import (
	"fmt"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// notHonoured are warnings of the fields that are set and have no effect yet,
// each by its path, so that nothing is ignored in silence.
func (p *Project) notHonoured() []string {
	n := &notes{}
	for _, name := range sortedKeys(p.Model.Services) {
		s := p.Model.Services[name]
		n.prefix = "services." + name
		n.service(s)
		n.deploy(s.Deploy)
		n.mounts(s)
	}
	n.prefix = ""
	for _, name := range sortedKeys(p.Model.Jobs) {
		n.when(true, "jobs."+name)
	}
	return n.all
}

// notes collects warnings.
type notes struct {
	prefix string
	all    []string
}

// when adds a warning of a field that is set.
func (n *notes) when(set bool, field string) {
	if !set {
		return
	}
	if n.prefix != "" {
		field = n.prefix + "." + field
	}
	n.all = append(n.all, field+": not honoured yet, ignored")
}

func (n *notes) service(s types.ServiceConfig) {
	n.when(s.CredentialSpec != nil, "credential_spec")
	n.when(s.Umask != nil, "umask")
	n.when(s.UseAPISocket, "use_api_socket")
	for _, from := range s.VolumesFrom {
		n.when(strings.HasSuffix(from, ":ro"), "volumes_from: the :ro of "+from)
	}
	for _, name := range sortedKeys(s.Networks) {
		if network := s.Networks[name]; network != nil {
			n.when(!network.ServiceNameAliasEnabled(), "networks."+name+".use_service_name_alias")
		}
	}
}

func (n *notes) deploy(d *types.DeployConfig) {
	if d == nil {
		return
	}
	n.when(d.Mode != "" && d.Mode != "replicated", "deploy.mode")
	n.when(len(d.Labels) > 0, "deploy.labels")
	n.when(d.UpdateConfig != nil, "deploy.update_config")
	n.when(d.RollbackConfig != nil, "deploy.rollback_config")
	n.when(len(d.Placement.Constraints)+len(d.Placement.Preferences) > 0 || d.Placement.MaxReplicas != 0, "deploy.placement")
	n.when(d.EndpointMode != "", "deploy.endpoint_mode")
	if r := d.Resources.Reservations; r != nil {
		n.when(len(r.GenericResources) > 0, "deploy.resources.reservations.generic_resources")
		n.when(r.NanoCPUs != 0, "deploy.resources.reservations.cpus")
	}
}

func (n *notes) mounts(s types.ServiceConfig) {
	for i, v := range s.Volumes {
		n.when(v.Type == types.VolumeTypeCluster, fmt.Sprintf("volumes.%d: type cluster", i))
	}
}
