package servicespec

import (
	"strings"

	"github.com/docker/docker/api/types/swarm"
)

// privileges are what security_opt says, as far as a Swarm has a place for it.
func (c *converter) privileges() *swarm.Privileges {
	p := &swarm.Privileges{}
	for _, option := range c.config.SecurityOpt {
		if !c.privilege(p, option) {
			c.refuse("security_opt", "a Swarm cannot do %q: it knows no-new-privileges, seccomp=unconfined, apparmor=unconfined and label=; remove it", option)
		}
	}
	return p
}

// privilege is false for an option that a Swarm has no place for.
func (c *converter) privilege(p *swarm.Privileges, option string) bool {
	at := strings.IndexAny(option, "=:")
	key, value := option, ""
	if at >= 0 {
		key, value = option[:at], option[at+1:]
	}
	if key == "label" {
		return label(p, value)
	}
	switch key + "=" + value {
	case "no-new-privileges=", "no-new-privileges=true":
		p.NoNewPrivileges = c.options.has(apiPrivileges)
	case "no-new-privileges=false":
		// what an engine does anyway
	case "seccomp=unconfined":
		if c.options.has(apiPrivileges) {
			p.Seccomp = &swarm.SeccompOpts{Mode: swarm.SeccompModeUnconfined}
		}
	case "apparmor=unconfined":
		if c.options.has(apiPrivileges) {
			p.AppArmor = &swarm.AppArmorOpts{Mode: swarm.AppArmorModeDisabled}
		}
	default:
		return false
	}
	return true
}

// label is what SELinux is told.
func label(p *swarm.Privileges, value string) bool {
	context := swarm.SELinuxContext{}
	if p.SELinuxContext != nil {
		context = *p.SELinuxContext
	}
	key, name, _ := strings.Cut(value, ":")
	switch key {
	case "disable":
		context.Disable = true
	case "user":
		context.User = name
	case "role":
		context.Role = name
	case "type":
		context.Type = name
	case "level":
		context.Level = name
	default:
		return false
	}
	p.SELinuxContext = &context
	return true
}
