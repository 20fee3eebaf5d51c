package project

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/go-connections/nat"
)

// values checks what the Compose Specification leaves to the engine, which
// would refuse it when the container is created. Where none is, it does not
// matter.
func (b *desiredBuilder) values(s types.ServiceConfig) {
	if b.options.Contents != AllContents {
		return
	}
	if !isRestart(s.Restart) {
		b.addValue(modelPath{"services", s.Name, "restart"},
			fmt.Sprintf("expected no, always, unless-stopped, on-failure or on-failure:N, found %q", s.Restart),
			didYouMean(s.Restart, restarts(), ""))
	}
	if check := s.HealthCheck; check != nil && !check.Disable && check.StartInterval != nil && check.StartPeriod == nil {
		b.add(modelPath{"services", s.Name, "healthcheck", "start_interval"},
			"healthcheck.start_interval requires healthcheck.start_period to be set", "it is the interval during that")
	}
	for i, text := range s.Expose {
		if !isExposed(text) {
			b.addValue(modelPath{"services", s.Name, "expose", itoa(i)},
				fmt.Sprintf("expected a container's port or range such as \"3000\", \"3000-3005\" or \"53/udp\", found %q", text),
				"ports go up to 65535")
		}
	}
}

func restarts() []string {
	return []string{types.RestartPolicyNo, types.RestartPolicyAlways, types.RestartPolicyUnlessStopped, types.RestartPolicyOnFailure}
}

// isRestart is true for a restart policy of the Engine API
// (HostConfig.RestartPolicy). The number of attempts belongs to on-failure.
func isRestart(text string) bool {
	name, attempts, counted := strings.Cut(text, ":")
	if counted {
		n, err := strconv.Atoi(attempts)
		return name == types.RestartPolicyOnFailure && err == nil && n >= 0
	}
	return text == "" || slices.Contains(restarts(), text)
}

func isExposed(text string) bool {
	protocol, numbers := nat.SplitProtoPort(text)
	_, _, err := nat.ParsePortRange(numbers)
	return err == nil && slices.Contains([]string{"tcp", "udp", "sctp"}, strings.ToLower(protocol))
}
