package docker

import (
	"cmp"

	"github.com/docker/docker/api/types/container"

	"github.com/stackctl/stack/state"
)

func describeLimits(host *container.HostConfig) state.Limits {
	limits := state.Limits{
		BlkioWeight:        host.BlkioWeight,
		CPUPeriod:          host.CPUPeriod,
		CPUQuota:           host.CPUQuota,
		CPURealtimePeriod:  host.CPURealtimePeriod,
		CPURealtimeRuntime: host.CPURealtimeRuntime,
		CPUShares:          host.CPUShares,
		CpusetCpus:         host.CpusetCpus,
		CpusetMems:         host.CpusetMems,
		NanoCPUs:           host.NanoCPUs,
		Memory:             host.Memory,
		MemoryReservation:  host.MemoryReservation,
		MemorySwap:         host.MemorySwap,
		RestartPolicy:      string(cmp.Or(host.RestartPolicy.Name, container.RestartPolicyDisabled)),
		RestartRetries:     host.RestartPolicy.MaximumRetryCount,
	}
	if host.PidsLimit != nil {
		limits.PidsLimit = *host.PidsLimit
	}
	return limits
}
