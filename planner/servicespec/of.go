package servicespec

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/docker/api/types/swarm"
	"github.com/hashicorp/go-multierror"

	"github.com/stackctl/stack/state"
)

// Options are what a specification depends on beside the project.
type Options struct {
	// Engine is the one that is asked: what its API has no place for is left
	// out. One without an API version has a place for everything.
	Engine state.EngineInfo
	// Inputs are the names that the Swarm has configs and secrets under, by what
	// services call them: "config/x", "secret/y". One that is not in it has the
	// name that [InputName] says.
	Inputs map[string]string
}

// The versions of the Engine API that brought what not every Swarm has.
const (
	apiStartInterval = "1.44"
	apiPrivileges    = "1.44"
	apiSubpath       = "1.45"
	apiOomScoreAdj   = "1.46"
	apiTmpfsOptions  = "1.46"
)

func (o Options) has(api string) bool { return o.Engine.Speaks(api) }

// Of is the service of a Swarm that a project's service is. The error joins all
// that a Swarm cannot do, each with its place in the file if that is known.
func Of(desired state.Desired, service state.Service, o Options) (state.ServiceSpec, error) {
	c := &converter{desired: desired, service: service, config: service.Config, options: o}
	spec := swarm.ServiceSpec{
		Annotations: swarm.Annotations{
			Name:   desired.Project.SwarmName(service.Name),
			Labels: c.serviceLabels(),
		},
		TaskTemplate: swarm.TaskSpec{
			ContainerSpec: c.container(),
			Resources:     c.resources(),
			RestartPolicy: c.restartPolicy(),
			Placement:     c.placement(),
			Networks:      c.networks(),
			LogDriver:     logDriver(c.config.Logging),
		},
		Mode:         c.mode(),
		EndpointSpec: c.endpoint(),
	}
	c.updates(&spec)
	return state.ServiceSpec{
		Service: service.Name, Spec: spec, Resolve: service.PullPolicy != types.PullPolicyNever && !strings.Contains(service.Config.Image, "@"),
		Platform: service.Config.Platform != "",
	}, c.errs.ErrorOrNil()
}

// converter makes one service's specification; what is wrong is collected.
type converter struct {
	desired state.Desired
	service state.Service
	config  types.ServiceConfig
	options Options
	errs    *multierror.Error
}

// refuse adds what a Swarm cannot do, and what to write instead.
func (c *converter) refuse(field, format string, arguments ...any) {
	err := fmt.Errorf("service %s: %s: %s", c.service.Name, field, fmt.Sprintf(format, arguments...))
	if _, at := state.Written(c.service.Where, field); at.File != "" {
		err = fmt.Errorf("%s: %w", at, err)
	}
	c.errs = multierror.Append(c.errs, err)
}

// deploy is the service's deploy, empty where there is none.
func (c *converter) deploy() types.DeployConfig {
	if c.config.Deploy == nil {
		return types.DeployConfig{}
	}
	return *c.config.Deploy
}

func (c *converter) serviceLabels() map[string]string {
	labels := c.namespaced(c.deploy().Labels)
	labels[state.LabelStackImage] = c.config.Image
	return labels
}

// namespaced are labels with that of the project.
func (c *converter) namespaced(labels map[string]string) map[string]string {
	all := map[string]string{}
	maps.Copy(all, labels)
	all[state.LabelNamespace] = c.desired.Project.Name
	return all
}

// logDriver is nil for a service that leaves it to the Swarm.
func logDriver(logging *types.LoggingConfig) *swarm.Driver {
	if logging == nil {
		return nil
	}
	const engines = "json-file" // what an engine takes for options without a driver
	return &swarm.Driver{Name: cmp.Or(logging.Driver, engines), Options: logging.Options}
}

func sortedKeys[M ~map[string]V, V any](m M) []string { return slices.Sorted(maps.Keys(m)) }
