package state

import (
	"strconv"
	"strings"
)

// CreatesWithAllNetworks is true for an engine that takes all of a container's
// attachments when it creates it. An older one (API before 1.44) takes the
// first alone, and the others are connected after that.
func (e EngineInfo) CreatesWithAllNetworks() bool { return e.hasAPI(1, 44) }

// MountsSubpaths is true for an engine that can mount a part of a volume (API
// 1.45).
func (e EngineInfo) MountsSubpaths() bool { return e.hasAPI(1, 45) }

// hasAPI is true when the engine speaks that API version or a newer one. An
// engine that does not say its version speaks all.
func (e EngineInfo) hasAPI(major, minor int) bool {
	if e.APIVersion == "" {
		return true
	}
	first, second, _ := strings.Cut(e.APIVersion, ".")
	m, _ := strconv.Atoi(first)
	n, _ := strconv.Atoi(second)
	return m > major || m == major && n >= minor
}
