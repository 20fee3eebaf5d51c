package state

import (
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// LimitsOf are the limits that a service's configuration asks for; those under
// deploy win. An engine may fill in what they leave open.
func LimitsOf(config types.ServiceConfig) Limits {
	l := Limits{
		CPUPeriod:          config.CPUPeriod,
		CPUQuota:           config.CPUQuota,
		CPURealtimePeriod:  config.CPURTPeriod,
		CPURealtimeRuntime: config.CPURTRuntime,
		CPUShares:          config.CPUShares,
		CpusetCpus:         config.CPUSet,
		NanoCPUs:           nanoCPUs(config.CPUS),
		Memory:             int64(config.MemLimit),
		MemoryReservation:  int64(config.MemReservation),
		MemorySwap:         int64(config.MemSwapLimit),
		PidsLimit:          config.PidsLimit,
	}
	if config.BlkioConfig != nil {
		l.BlkioWeight = config.BlkioConfig.Weight
	}
	if config.Deploy != nil {
		l.limit(config.Deploy.Resources.Limits)
		if reserved := config.Deploy.Resources.Reservations; reserved != nil && reserved.MemoryBytes != 0 {
			l.MemoryReservation = int64(reserved.MemoryBytes)
		}
	}
	l.RestartPolicy, l.RestartRetries = restartPolicy(config)
	return l
}

func (l *Limits) limit(limits *types.Resource) {
	if limits == nil {
		return
	}
	if limits.MemoryBytes != 0 {
		l.Memory = int64(limits.MemoryBytes)
	}
	if limits.NanoCPUs != 0 {
		l.NanoCPUs = nanoCPUs(limits.NanoCPUs.Value())
	}
	if limits.Pids > 0 {
		l.PidsLimit = limits.Pids
	}
}

func nanoCPUs(cpus float32) int64 { return int64(cpus * 1e9) }

func restartPolicy(config types.ServiceConfig) (mode string, retries int) {
	if config.Deploy != nil && config.Deploy.RestartPolicy != nil {
		policy := config.Deploy.RestartPolicy
		if policy.MaxAttempts != nil {
			retries = int(*policy.MaxAttempts) // a small number
		}
		return restartMode(policy.Condition), retries
	}
	mode, count, _ := strings.Cut(config.Restart, ":")
	retries, _ = strconv.Atoi(count) // the loader has checked it
	return restartMode(mode), retries
}

// restartMode is the engine's word for one of restart or of
// deploy.restart_policy.
func restartMode(word string) string {
	switch word {
	case "none":
		return "no"
	case "any":
		return "always"
	}
	return word
}
