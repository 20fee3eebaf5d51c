package project

import (
	"fmt"
	"slices"
	"strings"
)

// engines are the values of x-stack.engine.
var engines = []string{"docker", "swarm", "memory"}

// Engine is the engine that the project is for, as the x-stack at the top of
// its file says: docker, swarm or memory. It is empty where nothing is said;
// [Project.Desired] reports what is no engine.
func (p *Project) Engine() string {
	settings, _ := p.Model.Extensions[extension].(map[string]any)
	name, _ := settings["engine"].(string)
	return name
}

// checkEngine reports an engine that there is not.
func (b *desiredBuilder) checkEngine() {
	value := b.projectSettings()["engine"]
	if name, _ := value.(string); value != nil && !slices.Contains(engines, name) {
		b.addValue(modelPath{extension, "engine"}, fmt.Sprintf("expected one of %s, found %q", strings.Join(engines, ", "), fmt.Sprint(value)), "")
	}
}
