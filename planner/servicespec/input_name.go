package servicespec

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"strings"

	"github.com/stackctl/stack/state"
)

const (
	// versionLength is how many hexadecimal digits the name of a config or secret
	// has that tell its versions apart.
	versionLength = 12
	// longestName is how long the name of a config or secret can be (SwarmKit,
	// manager/controlapi), and markLength how many hexadecimal digits stand for
	// what is cut off one that is too long.
	longestName = 64
	markLength  = 8
)

// InputName is the name that a Swarm has a config or secret under: an external
// one's own, else its name with what tells its versions apart, for none can be
// changed: another version is another config. One whose content is not known has
// nothing of the kind. A name that would be too long is cut, and has a mark that
// tells it from others that begin as it does.
func InputName(input state.Input) string {
	version := versionOf(input)
	if input.External || version == "" {
		return input.Name
	}
	return shortened(input.Name, longestName-len("_")-len(version)) + "_" + version
}

func shortened(name string, longest int) string {
	if len(name) <= longest {
		return name
	}
	return name[:longest-len("_")-markLength] + "_" + digestOf(name)[:markLength]
}

// versionOf is the beginning of the digest of a content, or of all that a Swarm is
// told where it is told of drivers too.
func versionOf(input state.Input) string {
	digest := strings.TrimPrefix(input.Digest, "sha256:")
	if input.Driver != "" || input.TemplateDriver != "" && digest != "" {
		digest = digestOf(digest, input.TemplateDriver, input.Driver, optionsOf(input.Driver, input.DriverOpts))
	}
	return digest[:min(versionLength, len(digest))]
}

func digestOf(values ...any) string {
	text, _ := json.Marshal(values) // texts, and maps of them
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// optionsOf are the options of a driver: without one nobody is told of them.
func optionsOf(driver string, options map[string]string) map[string]string {
	if driver == "" || len(options) == 0 {
		return nil
	}
	return options
}

// SameInput is true for a config or secret that a Swarm has as it is wanted, as
// far as the Swarm tells: a secret's content it does not.
func SameInput(held state.ObservedInput, wanted state.Input) bool {
	return held.Kind == wanted.Kind && SameDrivers(held, wanted) && (held.Kind == state.KindSecret || held.Digest == wanted.Digest)
}

// SameDrivers is true for a config or secret that comes from where it is wanted to
// come from, and is filled in by what is to do that.
func SameDrivers(held state.ObservedInput, wanted state.Input) bool {
	return held.TemplateDriver == wanted.TemplateDriver && held.Driver == wanted.Driver &&
		maps.Equal(held.DriverOpts, optionsOf(wanted.Driver, wanted.DriverOpts))
}

// inputName is what the Swarm calls a config or secret that the service uses.
func (c *converter) inputName(kind state.Kind, key string) string {
	if name := c.options.Inputs[string(kind)+"/"+key]; name != "" {
		return name
	}
	for _, input := range c.desired.Inputs {
		if input.Kind == kind && input.Key == key {
			return InputName(input)
		}
	}
	return c.desired.Project.SwarmName(key)
}
