package docker

import (
	"regexp"
)

// mountRefusals are the engine's words for a mount that it cannot make, with
// the target, the source or the volume of it.
var mountRefusals = []*regexp.Regexp{
	regexp.MustCompile(`bind source path does not exist: (\S+)`),
	regexp.MustCompile(`error while creating mount source path '([^']+)'`),
	regexp.MustCompile(`Duplicate mount point: (\S+)`),
	regexp.MustCompile(`invalid mount target, must be an absolute path in the container: (\S+)`),
	regexp.MustCompile(`mounting "[^"]*" to rootfs at "([^"]+)"`),
	regexp.MustCompile(`failed to mount local volume: .*/volumes/([^/]+)/_data`),
}

// refusedMount reads which mount an error is about; it is empty for an error
// about none.
func refusedMount(text string) string {
	for _, refusal := range mountRefusals {
		if found := refusal.FindStringSubmatch(text); found != nil {
			return found[1]
		}
	}
	return ""
}
