package state

import (
	"strconv"
	"strings"
)

// Speaks is true when the engine speaks that version of the Engine API
// (MAJOR.MINOR) or a newer one. An engine that does not say its version speaks
// all.
func (e EngineInfo) Speaks(api string) bool {
	major, minor := splitAPI(api)
	return e.hasAPI(major, minor)
}

// CreatesWithAllNetworks is true for an engine that takes all of a container's
// attachments when it creates it. An older one (API before 1.44) takes the
// first alone, and the others are connected after that.
func (e EngineInfo) CreatesWithAllNetworks() bool { return e.hasAPI(1, 44) }

// MountsSubpaths is true for an engine that can mount a part of a volume (API
// 1.45).
func (e EngineInfo) MountsSubpaths() bool { return e.hasAPI(1, 45) }

func (e EngineInfo) hasAPI(major, minor int) bool {
	if e.APIVersion == "" {
		return true
	}
	m, n := splitAPI(e.APIVersion)
	return m > major || m == major && n >= minor
}

func splitAPI(version string) (major, minor int) {
	first, second, _ := strings.Cut(version, ".")
	major, _ = strconv.Atoi(first)
	minor, _ = strconv.Atoi(second)
	return major, minor
}
