package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"
)

// metadata is what a program says of itself: which of its commands take which
// options.
type metadata struct {
	Description string   `json:"description"`
	Up          command  `json:"up"`
	Down        command  `json:"down"`
	Stop        *command `json:"stop"`
}

type command struct {
	Parameters []struct {
		Name     string `json:"name"`
		Required bool   `json:"required"`
	} `json:"parameters"`
}

// silent is true for a program that says nothing: it gets every option.
func (m metadata) silent() bool {
	return m.Description == "" && m.Up.Parameters == nil && m.Down.Parameters == nil
}

// metadata asks a program. One that does not know the question is silent.
func (p *Providers) metadata(ctx context.Context, program string) metadata {
	var m metadata
	out, err := p.command(ctx, program, "compose", "metadata").Output()
	if err != nil || json.Unmarshal(out, &m) != nil {
		return metadata{}
	}
	return m
}

// arguments are a provider's options for one command, sorted.
func (m metadata) arguments(c command, provider types.ServiceProviderConfig) ([]string, error) {
	known := map[string]bool{}
	for _, parameter := range c.Parameters {
		known[parameter.Name] = true
		if _, set := provider.Options[parameter.Name]; parameter.Required && !set && !m.silent() {
			return nil, fmt.Errorf("required parameter %q is missing from provider %q definition: set it under provider.options", parameter.Name, provider.Type)
		}
	}
	var args []string
	for name, values := range provider.Options {
		for _, value := range values {
			if known[name] || m.silent() {
				args = append(args, "--"+name+"="+value)
			}
		}
	}
	slices.Sort(args)
	return args, nil
}
