package state

import (
	"encoding/json"

	"github.com/compose-spec/compose-go/v2/types"
)

// Provider is a service that a program provides in place of containers (Compose
// Specification, provider).
type Provider struct {
	Name string `json:"name"`
	// Config is the service; Config.Provider is what the program is told.
	Config types.ServiceConfig `json:"config"`
	// DependsOn is sorted by service.
	DependsOn []Dependency `json:"dependsOn,omitempty"`
}

// Model is an AI model that is run for services (Compose Specification,
// models).
type Model struct {
	Key    string            `json:"key"`
	Config types.ModelConfig `json:"config"`
}

// Provided is what a provider or a model gives to the services that use it. It
// is known when it has been brought up. Its values may be secret: it formats
// and serialises as ***.
type Provided struct {
	// Prefixed are variables that get the provider's name before their own:
	// URL of db is DB_URL. Those of a model are MODEL and URL, under the names
	// that its users choose.
	Prefixed map[string]string
	// Raw are variables with the name that they have.
	Raw map[string]string
}

// The variables that a model gives.
const (
	ModelVariable    = "MODEL"
	EndpointVariable = "URL"
)

// String returns ***.
func (Provided) String() string { return "***" }

// GoString returns ***.
func (Provided) GoString() string { return "***" }

// MarshalJSON writes "***".
func (Provided) MarshalJSON() ([]byte, error) { return json.Marshal("***") }
