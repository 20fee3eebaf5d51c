package state

import "time"

// Processes are the processes of a container, as ps on the engine's machine
// lists them.
type Processes struct {
	Titles []string
	Rows   [][]string
}

// UsageOptions say how a container's use of resources is told.
type UsageOptions struct {
	// Follow tells it again and again, about once a second; otherwise it is told
	// once.
	Follow bool
}

// Usage is what a container uses. It is zero for one that does not run.
type Usage struct {
	CPUPercent  float64 // of one CPU: 200 for two that are busy
	Memory      uint64  // in bytes, without what is only cached
	MemoryLimit uint64  // the engine's memory where the container has no limit
	NetworkIn   uint64  // bytes since the start, as the rest
	NetworkOut  uint64
	BlockRead   uint64
	BlockWrite  uint64
	PIDs        uint64
}

// MemoryPercent is how much of its limit a container uses.
func (u Usage) MemoryPercent() float64 {
	if u.MemoryLimit == 0 {
		return 0
	}
	return float64(u.Memory) / float64(u.MemoryLimit) * 100
}

// Span is a part of what happened: since and until a time (RFC 3339), seconds
// since 1970, or a duration back from now. Without an end it goes on.
type Span struct{ Since, Until string }

// Happening is anything that happened to a container, in the engine's words.
type Happening struct {
	At        time.Time // in the local zone
	Action    string    // exec_start: true
	Container string    // its id
	Service   string
	OneOff    bool
	// Attributes are what the engine says of it, and the container's labels.
	Attributes map[string]string
}
