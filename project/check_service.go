package project

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

func itoa(n int) string { return strconv.Itoa(n) }

// service checks one service by itself and what it refers to.
func (c *checker) service(s types.ServiceConfig) {
	at := func(elements ...string) modelPath { return append(modelPath{"services", s.Name}, elements...) }
	if s.Build == nil && s.Image == "" && s.Provider == nil {
		c.add(at(), fmt.Sprintf("service %q has neither an image nor a build context specified", s.Name), "set image or build")
	}
	if s.Build != nil {
		c.build(s, at)
	}
	if s.NetworkMode != "" && len(s.Networks) > 0 {
		c.add(at("network_mode"), fmt.Sprintf("service %s declares mutually exclusive `network_mode` and `networks`", s.Name), "remove one of them")
	}
	if s.HealthCheck != nil && len(s.HealthCheck.Test) > 0 && !slices.Contains([]string{"CMD", "CMD-SHELL", "NONE"}, s.HealthCheck.Test[0]) {
		c.addValue(at("healthcheck", "test"),
			fmt.Sprintf(`healthcheck.test must start either by "CMD", "CMD-SHELL" or "NONE", found %q`, s.HealthCheck.Test[0]),
			"put CMD before the command, or write it as one string for the shell")
	}
	if s.Develop != nil {
		for i, watch := range s.Develop.Watch {
			if watch.Target == "" && watch.Action != types.WatchActionRebuild && watch.Action != types.WatchActionRestart {
				c.add(at("develop", "watch", itoa(i)), "target is required for non-rebuild actions, found none", "set target to a path in the container")
			}
		}
	}
	before := len(c.errs)
	c.references(s, at)
	for i, hook := range hooksOf(s) {
		if len(c.errs) > before {
			break // what a hook inherits is not reported again
		}
		c.references(hook, func(elements ...string) modelPath { return at(append([]string{"pre_start", itoa(i)}, elements...)...) })
	}
	c.scale(s, at)
	c.limits(s, at)
	c.mounts(s, at)
	c.macAddress(s, at)
}

// under makes the path of something in one service.
type under func(elements ...string) modelPath

// references checks that all that a service names is there.
func (c *checker) references(s types.ServiceConfig, at under) {
	who := fmt.Sprintf("service %q", s.Name)
	for _, name := range sortedKeys(s.DependsOn) {
		c.dependency(func() modelPath { return c.dependencyPath(s, name) }, who, name, s.DependsOn[name].Required)
	}
	for _, name := range sortedKeys(s.Networks) {
		if _, ok := c.model.Networks[name]; !ok && !(name == "default" && c.project.workspace.options.NoNormalize) {
			c.undefined(at("networks", name), who, "network", name, sortedKeys(c.model.Networks), "define it under networks")
		}
	}
	for _, volume := range s.Volumes {
		if _, ok := c.model.Volumes[volume.Source]; !ok && volume.Type == types.VolumeTypeVolume && volume.Source != "" {
			c.undefined(at("volumes", volume.Source), who, "volume", volume.Source, sortedKeys(c.model.Volumes),
				"define it under volumes, or start it with ./ if it is a folder")
		}
	}
	for _, config := range s.Configs {
		if _, ok := c.model.Configs[config.Source]; !ok {
			c.undefined(at("configs", config.Source), who, "config", config.Source, sortedKeys(c.model.Configs), "define it under configs")
		}
	}
	for _, secret := range s.Secrets {
		if _, ok := c.model.Secrets[secret.Source]; !ok {
			c.undefined(at("secrets", secret.Source), who, "secret", secret.Source, sortedKeys(c.model.Secrets), "define it under secrets")
		}
	}
	for _, name := range sortedKeys(s.Models) {
		if _, ok := c.model.Models[name]; !ok {
			c.undefined(at("models", name), who, "model", name, sortedKeys(c.model.Models), "define it under models")
		}
	}
}

// scale checks the number of replicas, and makes scale and deploy.replicas
// agree, as Docker Compose's hash takes that for granted.
func (c *checker) scale(s types.ServiceConfig, at under) {
	attribute := at("deploy", "replicas")
	if s.Scale != nil {
		attribute = at("scale")
	}
	if s.Scale != nil && s.Deploy != nil {
		if s.Deploy.Replicas != nil && *s.Scale != *s.Deploy.Replicas {
			c.addValue(attribute, fmt.Sprintf("can't set distinct values on 'scale' and 'deploy.replicas', found %d and %d", *s.Scale, *s.Deploy.Replicas),
				"remove one of them")
			return
		}
		s.Deploy.Replicas = s.Scale
	}
	if n := s.GetScale(); n < 0 {
		c.addValue(attribute, fmt.Sprintf("must be greater than or equal to 0, found %d", n), "")
	} else if n > 1 && s.ContainerName != "" {
		c.addValue(attribute, fmt.Sprintf("can't set container_name and %d replicas as container name must be unique", n),
			"remove container_name, or have one replica")
	}
}

// limits checks limits that can be written in two places.
func (c *checker) limits(s types.ServiceConfig, at under) {
	if s.Deploy == nil {
		return
	}
	differ := func(field, other string) {
		c.addValue(at(field), fmt.Sprintf("can't set distinct values on '%s' and '%s'", field, other), "remove one of them")
	}
	if l := s.Deploy.Resources.Limits; l != nil {
		if s.CPUS != 0 && l.NanoCPUs.Value() != s.CPUS {
			differ("cpus", "deploy.resources.limits.cpus")
		}
		if s.MemLimit != 0 && l.MemoryBytes != s.MemLimit {
			differ("mem_limit", "deploy.resources.limits.memory")
		}
		if s.PidsLimit != 0 && l.Pids != s.PidsLimit {
			differ("pids_limit", "deploy.resources.limits.pids")
		}
	}
	if r := s.Deploy.Resources.Reservations; r != nil && s.MemReservation != 0 && r.MemoryBytes != s.MemReservation {
		differ("mem_reservation", "deploy.resources.reservations.memory")
	}
}

// mounts checks that no two mounts have the same target.
func (c *checker) mounts(s types.ServiceConfig, at under) {
	taken := map[string]string{}
	mount := func(field string, i int, target string) {
		if other, ok := taken[target]; ok {
			c.addValue(at(field, itoa(i)), fmt.Sprintf("target %s already mounted as %s", target, other), "remove one of them")
			return
		}
		taken[target] = fmt.Sprintf("services.%s.%s[%d]", s.Name, field, i)
	}
	for i, tmpfs := range s.Tmpfs {
		target, _, _ := strings.Cut(tmpfs, ":")
		mount("tmpfs", i, target)
	}
	for i, volume := range s.Volumes {
		mount("volumes", i, volume.Target)
	}
}

// macAddress checks that the service's address is that of its main network,
// which both are about.
func (c *checker) macAddress(s types.ServiceConfig, at under) {
	networks := s.NetworksByPriority()
	if s.MacAddress == "" || len(networks) == 0 {
		return
	}
	main := networks[0]
	if own := s.Networks[main]; own != nil && own.MacAddress != "" && own.MacAddress != s.MacAddress {
		c.addValue(at("mac_address"), fmt.Sprintf("the service-level mac_address should have the same value as network %s: found %s and %s",
			main, s.MacAddress, own.MacAddress), "remove one of them")
	}
}
