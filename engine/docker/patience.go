package docker

import (
	"fmt"
	"time"
)

// VariablePullTimeout is how long a pull or push may go on while nothing comes
// from the registry: a duration such as 30s, or 0 for no limit.
const VariablePullTimeout = "STACK_PULL_TIMEOUT"

const defaultPatience = 2 * time.Minute

// Patience reads [VariablePullTimeout].
func Patience(getenv func(string) string) (time.Duration, error) {
	text := getenv(VariablePullTimeout)
	if text == "" {
		return defaultPatience, nil
	}
	patience, err := time.ParseDuration(text)
	if err != nil || patience < 0 {
		return 0, fmt.Errorf("%s: expected a duration such as 2m, or 0 for no limit, found %q", VariablePullTimeout, text)
	}
	return patience, nil
}
