package project

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/stackctl/stack/project/support"
	"github.com/stackctl/stack/state"
)

// needs are the fields that the project sets and that not every engine
// honours, by the table of [support].
func (p *Project) needs() ([]state.Need, error) {
	model, err := p.plainModel()
	if err != nil {
		return nil, err
	}
	found, err := support.Find(model)
	if err != nil {
		return nil, err
	}
	var needs []state.Need
	for _, f := range found {
		if f.Field.Otherwise == support.Silent {
			continue
		}
		needs = append(needs, need(f, p.written()))
	}
	for _, path := range p.unlabelledBinds() {
		needs = append(needs, need(support.Found{At: path, Field: support.Field{Otherwise: support.Warning,
			Note: "the Engine API has no place for it beside create_host_path: false or recursive"}}, p.written()))
	}
	return needs, nil
}

func need(f support.Found, written *sources) state.Need {
	path := modelPath(f.At)
	n := state.Need{
		Field: path.String(), Required: f.Field.Otherwise == support.Error, Note: f.Field.Note,
		Met: state.Met{Swarm: f.Field.Status == support.Swarm, API: f.Field.Since, Engine: support.EngineOf(f.Field.Since)},
	}
	const service = 2 // services.web
	if path[0] == "services" && len(path) > service {
		n.Service, n.Field = path[1], path[service:].String()
	}
	n.Where = strings.TrimSuffix(written.errorAt(path, "", "").Error(), ": ")
	if f.Value != "" {
		n.Field += ": " + f.Value
		n.Where += ": " + f.Value
	}
	return n
}

// plainModel is the model as a JSON document decodes.
func (p *Project) plainModel() (map[string]any, error) {
	text, err := json.Marshal(p.jsonDocument())
	if err != nil {
		return nil, fmt.Errorf("project %s: %w", p.Name, err)
	}
	var model map[string]any
	if err := json.Unmarshal(text, &model); err != nil {
		return nil, fmt.Errorf("project %s: %w", p.Name, err)
	}
	return model, nil
}

// unlabelledBinds are the SELinux labels that no create call can ask for: what
// can label a mount creates its source, and knows no recursive.
func (p *Project) unlabelledBinds() []modelPath {
	var paths []modelPath
	for _, name := range sortedKeys(p.Model.Services) {
		for i, v := range p.Model.Services[name].Volumes {
			if v.Bind != nil && v.Bind.SELinux != "" && (!bool(v.Bind.CreateHostPath) || v.Bind.Recursive != "") {
				paths = append(paths, modelPath{"services", name, "volumes", itoa(i), "bind", "selinux"})
			}
		}
	}
	return paths
}
