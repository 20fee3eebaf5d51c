package history

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

const (
	// sealPrefix begins what stands in the place of a secret value: the value's
	// digest follows.
	sealPrefix = "sealed:sha256:"
	// shortest is how long a secret has to be to be looked for in other values:
	// "web" may be a password, and is in too many of them.
	shortest = 6
	// longest is how much of a file is looked for in values.
	longest = 4 << 10
)

var sealed = regexp.MustCompile(sealPrefix + "[0-9a-f]{64}")

func seal(value string) string {
	sum := sha256.Sum256([]byte(value))
	return sealPrefix + hex.EncodeToString(sum[:])
}

// Seal returns a revision without what is secret in it: the values of fields
// and variables whose names say so, and the given secrets wherever they occur.
// Sealing again changes nothing.
func Seal(r Revision, secrets []string) Revision {
	desired := withoutBuilds(r.Desired)
	s := newSealer(desired, secrets)
	r.Desired = mapConfigs(desired, func(_ string, t text) string { return s.seal(t) })
	r.Applied = s.containers(r.Applied)
	r.Changes = s.changes(r.Changes)
	r.Error = s.hide(r.Error)
	return r
}

// withoutBuilds leaves of builds only that there are some.
func withoutBuilds(d state.Desired) state.Desired {
	d.Builds = nil
	d.Services = slices.Clone(d.Services)
	for i, s := range d.Services {
		s.Config.Build, s.Written.Build = nil, nil
		if s.Build != nil {
			s.Build = &state.BuildSpec{Image: s.Build.Image, Service: s.Build.Service}
		}
		s.PreStart = slices.Clone(s.PreStart)
		for j := range s.PreStart {
			s.PreStart[j].Config.Build = nil
		}
		d.Services[i] = s
	}
	return d
}

// sealer knows what is secret.
type sealer struct {
	names   names
	secrets []string // longest first
}

// names remember which of them say that a value may be secret: there are few,
// and many values.
type names map[string]bool

func (n names) secret(name string) bool {
	is, known := n[name]
	if !known {
		is = planner.MayBeSecret(name)
		n[name] = is
	}
	return is
}

func newSealer(d state.Desired, secrets []string) sealer {
	s := sealer{names: names{}}
	s.secrets = slices.DeleteFunc(append(secretsOf(d, s.names), secrets...), func(value string) bool {
		return len(value) < shortest || hasSeal(value)
	})
	slices.SortFunc(s.secrets, func(a, b string) int { return cmp.Or(-cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) })
	s.secrets = slices.Compact(s.secrets)
	return s
}

// secretsOf are the values that names say to be secret, and the contents of
// configs and secrets.
func secretsOf(d state.Desired, names names) []string {
	var all []string
	mapConfigs(d, func(_ string, t text) string {
		if names.secret(t.Key) {
			all = append(all, t.Value)
		}
		return t.Value
	})
	for _, file := range filesOf(d) {
		if content := string(file.Content); len(content) <= longest {
			all = append(all, content, strings.TrimSpace(content))
		}
	}
	return all
}

// filesOf are the configs and secrets of all services and hooks, and what is in
// those that are folders.
func filesOf(d state.Desired) []state.File {
	var all []state.File
	add := func(files []state.File) {
		for _, file := range files {
			all = append(append(all, file), file.Tree...)
		}
	}
	for _, s := range d.Services {
		add(s.Files)
		for _, hook := range s.PreStart {
			add(hook.Files)
		}
	}
	return all
}

func (s sealer) seal(t text) string {
	switch {
	case t.Value == "":
		return ""
	case s.names.secret(t.Key):
		return sealWhole(t.Value)
	}
	return s.replace(t.Value, seal)
}

func sealWhole(value string) string {
	if isSealed(value) {
		return value
	}
	return seal(value)
}

func hasSeal(value string) bool {
	return strings.Contains(value, sealPrefix) && sealed.MatchString(value)
}

func isSealed(value string) bool {
	at := sealed.FindStringIndex(value)
	return at != nil && at[1]-at[0] == len(value)
}

// hide is for what is only shown, and not gone back to.
func (s sealer) hide(value string) string {
	return s.replace(value, func(string) string { return "***" })
}

// replace leaves alone what is sealed already.
func (s sealer) replace(value string, by func(string) string) string {
	if hasSeal(value) {
		at := sealed.FindStringIndex(value)
		return s.replace(value[:at[0]], by) + value[at[0]:at[1]] + s.replace(value[at[1]:], by)
	}
	for _, secret := range s.secrets {
		if before, after, found := strings.Cut(value, secret); found {
			return s.replace(before, by) + by(secret) + s.replace(after, by)
		}
	}
	return value
}

func (s sealer) containers(all []state.Container) []state.Container {
	var hidden []state.Container
	for _, c := range all {
		c.Labels = maps.Clone(c.Labels)
		delete(c.Labels, state.LabelStackConfig)
		for key, value := range c.Labels {
			switch {
			case strings.HasPrefix(key, "com.docker.compose.") || strings.HasPrefix(key, "dev.stack."):
			case s.names.secret(key):
				c.Labels[key] = sealWhole(value)
			default:
				c.Labels[key] = s.hide(value)
			}
		}
		c.Command = s.hideAll(c.Command)
		if c.Healthcheck != nil {
			check := *c.Healthcheck
			check.Test = s.hideAll(check.Test)
			c.Healthcheck = &check
		}
		c.Error = s.hide(c.Error)
		hidden = append(hidden, c)
	}
	return hidden
}

func (s sealer) hideAll(values []string) []string {
	var hidden []string
	for _, value := range values {
		hidden = append(hidden, s.hide(value))
	}
	return hidden
}

func (s sealer) changes(all []planner.Change) []planner.Change {
	var hidden []planner.Change
	for _, c := range all {
		c.Reasons = slices.Clone(c.Reasons)
		for i, r := range c.Reasons {
			r.Old, r.New, r.Text = s.hide(r.Old), s.hide(r.New), s.hide(r.Text)
			c.Reasons[i] = r
		}
		hidden = append(hidden, c)
	}
	return hidden
}
