package state

// Limits are what of a container can be changed while it runs (Engine API,
// POST /containers/{id}/update). A value that is 0 or empty is not limited.
type Limits struct {
	BlkioWeight        uint16 `json:"blkioWeight,omitempty"`
	CPUPeriod          int64  `json:"cpuPeriod,omitempty"` // in microseconds
	CPUQuota           int64  `json:"cpuQuota,omitempty"`  // in microseconds per period
	CPURealtimePeriod  int64  `json:"cpuRealtimePeriod,omitempty"`
	CPURealtimeRuntime int64  `json:"cpuRealtimeRuntime,omitempty"`
	CPUShares          int64  `json:"cpuShares,omitempty"`
	CpusetCpus         string `json:"cpusetCpus,omitempty"`
	CpusetMems         string `json:"cpusetMems,omitempty"`
	NanoCPUs           int64  `json:"nanoCPUs,omitempty"`          // in 10⁻⁹ CPUs
	Memory             int64  `json:"memory,omitempty"`            // in bytes
	MemoryReservation  int64  `json:"memoryReservation,omitempty"` // in bytes
	MemorySwap         int64  `json:"memorySwap,omitempty"`        // in bytes, memory included; -1 is no limit
	PidsLimit          int64  `json:"pidsLimit,omitempty"`
	// RestartPolicy is as the engine has it: no, always, unless-stopped,
	// on-failure. RestartRetries belongs to the last.
	RestartPolicy  string `json:"restartPolicy,omitempty"`
	RestartRetries int    `json:"restartRetries,omitempty"`
}
