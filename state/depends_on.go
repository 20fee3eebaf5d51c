package state

import (
	"fmt"
	"strings"
)

// EncodeDependsOn returns the value of [LabelDependsOn].
func EncodeDependsOn(dependencies []Dependency) string {
	entries := make([]string, len(dependencies))
	for i, d := range dependencies {
		entries[i] = fmt.Sprintf("%s:%s:%t", d.Service, d.Condition, d.Restart)
	}
	return strings.Join(entries, ",")
}

// DecodeDependsOn reads a [LabelDependsOn]. It does not tell which are
// required: all are taken to be. A condition that is missing is Started.
func DecodeDependsOn(label string) []Dependency {
	var dependencies []Dependency
	for entry := range strings.SplitSeq(label, ",") {
		parts := strings.SplitN(entry, ":", 3)
		if parts[0] == "" {
			continue
		}
		d := Dependency{Service: parts[0], Condition: Started, Required: true}
		if len(parts) > 1 && parts[1] != "" {
			d.Condition = Condition(parts[1])
		}
		d.Restart = len(parts) > 2 && parts[2] == "true"
		dependencies = append(dependencies, d)
	}
	return dependencies
}
