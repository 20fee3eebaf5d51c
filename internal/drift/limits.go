package drift

import (
	"fmt"
	"strconv"

	"github.com/stackctl/stack/state"
)

// limits compares the limits of a container with those that it had.
func (c *comparison) limits(was state.Limits, is state.Container) {
	before, after := fields(was), fields(is.Limits)
	for i, f := range before {
		if f.value != after[i].value {
			c.add(about(is, Changed, f.name, f.value, after[i].value))
		}
	}
}

type field struct{ name, value string }

// fields are limits by their names in a compose file, or the engine's where it
// has none. What is not limited is empty.
func fields(l state.Limits) []field {
	return []field{
		{"blkio_config.weight", number(int64(l.BlkioWeight))},
		{"cpu_period", number(l.CPUPeriod)},
		{"cpu_quota", number(l.CPUQuota)},
		{"cpu_rt_period", number(l.CPURealtimePeriod)},
		{"cpu_rt_runtime", number(l.CPURealtimeRuntime)},
		{"cpu_shares", number(l.CPUShares)},
		{"cpus", cpus(l.NanoCPUs)},
		{"cpuset", l.CpusetCpus},
		{"cpuset_mems", l.CpusetMems},
		{"mem_limit", bytes(l.Memory)},
		{"mem_reservation", bytes(l.MemoryReservation)},
		{"memswap_limit", bytes(l.MemorySwap)},
		{"pids_limit", number(l.PidsLimit)},
		{"restart", restart(l)},
	}
}

func number(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

func cpus(nano int64) string {
	if nano == 0 {
		return ""
	}
	return strconv.FormatFloat(float64(nano)/1e9, 'f', -1, 64)
}

// bytes writes a size as a compose file does, exactly: 64m.
func bytes(n int64) string {
	for _, unit := range []struct {
		size int64
		name string
	}{{1 << 30, "g"}, {1 << 20, "m"}, {1 << 10, "k"}} {
		if n > 0 && n%unit.size == 0 {
			return strconv.FormatInt(n/unit.size, 10) + unit.name
		}
	}
	return number(n)
}

func restart(l state.Limits) string {
	if l.RestartRetries == 0 {
		return l.RestartPolicy
	}
	return fmt.Sprintf("%s:%d", l.RestartPolicy, l.RestartRetries)
}
