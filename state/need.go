package state

import "fmt"

// Need is a field that a project sets and that not every engine honours.
type Need struct {
	// Field is the field as its service has it: deploy.placement. Of what is no
	// service's, it is the whole path: networks.front.enable_ipv4.
	Field   string `json:"field"`
	Service string `json:"service,omitempty"`
	// Where is where it is written: FILE:LINE:COLUMN: PATH.
	Where string `json:"where"`
	// Met says which engines honour it: none, Swarm, or those that speak an API
	// version or a newer one.
	Met Met `json:"met"`
	// Required is true when, without it, something else would run than the
	// file says. What is not required is left out with a warning.
	Required bool `json:"required,omitempty"`
	// Mapped is true for a field that a Swarm has something of its own for, which
	// does what it says: Note says what.
	Mapped bool `json:"mapped,omitempty"`
	// Note says why, or what to do.
	Note string `json:"note,omitempty"`
}

// Met says which engines honour a field. The zero value is none.
type Met struct {
	Swarm bool   `json:"swarm,omitempty"`
	API   string `json:"api,omitempty"`
	// Engine is the version of the first Docker Engine that speaks API.
	Engine string `json:"engine,omitempty"`
}

// By is true when that engine honours the field.
func (m Met) By(e EngineInfo) bool {
	return m.Swarm && e.Swarm() || m.API != "" && e.Speaks(m.API)
}

// Swarm is true for an engine that runs services on many machines.
func (e EngineInfo) Swarm() bool { return e.Nodes > 0 }

// String names the engine, its version and the API that it speaks.
func (e EngineInfo) String() string {
	name := map[string]string{"docker": "Docker Engine"}[e.Name]
	if name == "" {
		name = "engine " + e.Name
	}
	return fmt.Sprintf("%s %s (API %s)", name, e.Version, e.APIVersion)
}
