package history

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/docker/docker/api/types/swarm"

	"github.com/stackctl/stack/state"
)

// services are those of a Swarm without what is secret in their specifications.
func (s sealer) services(all []state.ObservedService) []state.ObservedService {
	return mapEach(all, func(service *state.ObservedService) {
		service.Previous, service.Update = nil, nil
		service.Spec = mapSpec(service.Spec, func(_ string, t text) string { return s.seal(t) })
	})
}

// mapSpec returns a specification with the texts replaced that may have a secret
// in them. The argument is left alone.
func mapSpec(spec swarm.ServiceSpec, of func(at string, t text) string) swarm.ServiceSpec {
	w := specWalker(of)
	spec.Labels = w.entries("labels", spec.Labels)
	if d := spec.TaskTemplate.LogDriver; d != nil {
		spec.TaskTemplate.LogDriver = &swarm.Driver{Name: d.Name, Options: w.entries("logging", d.Options)}
	}
	spec.TaskTemplate.Networks = mapEach(spec.TaskTemplate.Networks, func(n *swarm.NetworkAttachmentConfig) {
		n.DriverOpts = w.entries("networks "+n.Target, n.DriverOpts)
	})
	if spec.TaskTemplate.ContainerSpec != nil {
		spec.TaskTemplate.ContainerSpec = w.container(*spec.TaskTemplate.ContainerSpec)
	}
	return spec
}

// specWalker replaces texts: it is given each with its place, which is its own.
type specWalker func(at string, t text) string

func (w specWalker) container(c swarm.ContainerSpec) *swarm.ContainerSpec {
	c = copied(c)
	c.Labels = w.entries("container labels", c.Labels)
	for i, entry := range c.Env {
		if key, value, set := strings.Cut(entry, "="); set {
			c.Env[i] = key + "=" + w("environment "+key, text{Key: key, Value: value})
		}
	}
	w.list("entrypoint", c.Command)
	w.list("command", c.Args)
	w.list("extra_hosts", c.Hosts)
	if c.Healthcheck != nil {
		w.list("healthcheck", c.Healthcheck.Test)
	}
	for field, value := range map[string]*string{"hostname": &c.Hostname, "working_dir": &c.Dir, "user": &c.User} {
		*value = w(field, text{Key: field, Value: *value})
	}
	for _, m := range c.Mounts {
		if o := m.VolumeOptions; o != nil && o.DriverConfig != nil {
			o.DriverConfig.Options = w.entries("volumes "+m.Target, o.DriverConfig.Options)
		}
	}
	return &c
}

// copied is a specification that shares nothing with the argument. The API's
// types can always be written and read.
func copied(c swarm.ContainerSpec) (other swarm.ContainerSpec) {
	encoded, err := json.Marshal(c)
	if err == nil {
		err = json.Unmarshal(encoded, &other)
	}
	if err != nil {
		return c
	}
	return other
}

func (w specWalker) entries(at string, all map[string]string) map[string]string {
	if all == nil {
		return nil
	}
	mapped := maps.Clone(all)
	for key, value := range all {
		if !strings.HasPrefix(key, "com.docker.stack.") {
			mapped[key] = w(at+" "+key, text{Key: key, Value: value})
		}
	}
	return mapped
}

func (w specWalker) list(at string, all []string) {
	for i, value := range all {
		all[i] = w(fmt.Sprintf("%s %d", at, i), text{Key: at, Value: value})
	}
}

// Service is what a service of a Swarm was wanted to be when the run had ended.
func (r Revision) Service(name string) (state.ObservedService, bool) {
	i := slices.IndexFunc(r.Services, func(s state.ObservedService) bool { return s.Service == name })
	if i < 0 {
		return state.ObservedService{}, false
	}
	return r.Services[i], true
}
