package project

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/stackctl/stack/project/support"
	"github.com/stackctl/stack/state"
)

// needs are the fields that the project sets and that not every engine does as
// they are written, by the table of [support]: of a Swarm, or of plain engines.
func (p *Project) needs(swarm bool) ([]state.Need, error) {
	model, err := p.plainModel()
	if err != nil {
		return nil, err
	}
	kind := support.Plain
	if swarm {
		kind = support.Nodes
	}
	found, err := support.Find(model, kind)
	if err != nil {
		return nil, err
	}
	var needs []state.Need
	for _, f := range found {
		n := needOf(f, p.written())
		switch outcome := f.Field.OnSwarm; {
		case swarm && outcome.Fate == support.FateMapped:
			n.Mapped, n.Note = true, outcome.Note
		case swarm && outcome.Otherwise == support.Silent, !swarm && f.Field.Otherwise == support.Silent:
			continue
		case swarm:
			n.Required, n.Note = outcome.Otherwise == support.Error, outcome.Note
			n.Met = state.Met{API: outcome.Since, Engine: support.EngineOf(outcome.Since)}
		default:
			n.Required, n.Note = f.Field.Otherwise == support.Error, f.Field.Note
			n.Met = state.Met{Swarm: f.Field.Status == support.Swarm, API: f.Field.Since, Engine: support.EngineOf(f.Field.Since)}
		}
		needs = append(needs, n)
	}
	if swarm {
		return needs, nil
	}
	for _, path := range p.unlabelledBinds() {
		n := needOf(support.Found{At: path}, p.written())
		n.Note = "the Engine API has no place for it beside create_host_path: false or recursive"
		needs = append(needs, n)
	}
	return needs, nil
}

// needOf is a field that was found, and where it is written.
func needOf(f support.Found, written *sources) state.Need {
	path := modelPath(f.At)
	n := state.Need{Field: path.String()}
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
