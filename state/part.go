package state

// Part is a part of what an engine was asked for, which an error can be about.
// The zero value is the whole.
type Part struct {
	Kind PartKind `json:"kind,omitempty"`
	// Value is a port's number on the host, or a mount's target in the
	// container or its source: what the engine names.
	Value string `json:"value,omitempty"`
}

// PartKind says what kind of a part it is.
type PartKind string

// The kinds of parts.
const (
	PartImage   PartKind = "image"
	PartPort    PartKind = "port"
	PartMount   PartKind = "mount"
	PartCommand PartKind = "command"
	PartHealth  PartKind = "health" // the healthcheck
)
