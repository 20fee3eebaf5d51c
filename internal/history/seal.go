package history

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"regexp"
	"slices"
	"strings"

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
	// hidden stands in the place of a secret that is only shown.
	hidden = "***"
)

var sealed = regexp.MustCompile(sealPrefix + "[0-9a-f]{64}")

func seal(value string) string {
	sum := sha256.Sum256([]byte(value))
	return sealPrefix + hex.EncodeToString(sum[:])
}

// Seal returns a revision without what is secret in it: the values of fields
// and variables whose names say so, and the given secrets wherever they occur;
// and without what was secret in what was wanted before. Sealing again changes
// nothing.
func Seal(r Revision, before state.Desired, secrets []string) Revision {
	s := newSealer(withoutBuilds(r.Desired), secrets)
	r.Desired = s.desired(r.Desired)
	r.Applied = bare(r.Applied)
	r.Services = s.services(r.Services)
	r.Changes = s.changes(r.Changes, r.Desired, before)
	r.Error = s.hide(r.Error)
	r.Causes = slices.Clone(r.Causes)
	for i := range r.Causes {
		r.Causes[i].Text = s.hide(r.Causes[i].Text)
	}
	return r
}

// desired is what is wanted without what is secret in it.
func (s sealer) desired(d state.Desired) state.Desired {
	return mapConfigs(withoutBuilds(d), func(_ string, t text) string { return s.seal(t) })
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
	names        names
	seals, hides *strings.Replacer // of the secrets, the longest first
}

// names remember which of them say that a value may be secret: there are few,
// and many values.
type names map[string]bool

func (n names) secret(name string) bool {
	is, known := n[name]
	if !known {
		is = state.MayBeSecret(name)
		n[name] = is
	}
	return is
}

func newSealer(d state.Desired, secrets []string) sealer {
	s := sealer{names: names{}}
	all := slices.DeleteFunc(append(secretsOf(d, s.names), secrets...), func(value string) bool {
		return len(value) < shortest || hasSeal(value)
	})
	slices.SortFunc(all, func(a, b string) int { return cmp.Or(-cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) })
	var seals, hides []string
	for _, secret := range slices.Compact(all) {
		seals, hides = append(seals, secret, seal(secret)), append(hides, secret, hidden)
	}
	s.seals, s.hides = strings.NewReplacer(seals...), strings.NewReplacer(hides...)
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
	add := func(content state.Content) {
		if text := string(content); len(text) <= longest {
			all = append(all, text, strings.TrimSpace(text))
		}
	}
	for _, file := range filesOf(d) {
		add(file.Content)
	}
	for _, input := range d.Inputs {
		add(input.Content)
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
	return replace(t.Value, s.seals)
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
func (s sealer) hide(value string) string { return replace(value, s.hides) }

// replace leaves alone what is sealed already.
func replace(value string, secrets *strings.Replacer) string {
	if !hasSeal(value) {
		return secrets.Replace(value)
	}
	at := sealed.FindStringIndex(value)
	return secrets.Replace(value[:at[0]]) + value[at[0]:at[1]] + replace(value[at[1]:], secrets)
}

// bare are containers without what they were told, which may be secret, or have
// been before: nothing is compared with it.
func bare(all []state.Container) []state.Container {
	var left []state.Container
	for _, c := range all {
		c.Command, c.Healthcheck, c.Error = nil, nil, ""
		c.Labels = maps.Clone(c.Labels)
		maps.DeleteFunc(c.Labels, func(key, _ string) bool {
			ours := strings.HasPrefix(key, "com.docker.compose.") || strings.HasPrefix(key, "dev.stack.")
			return !ours || key == state.LabelStackConfig
		})
		left = append(left, c)
	}
	return left
}
