package render

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/stackctl/stack/state"
)

// unsaid are what is left out of a happening's attributes, by the beginning of
// the name: what every event of the container would repeat, at length.
var unsaid = []string{"com.docker.compose.", state.LabelStackConfig, state.LabelStackInputs}

// Happening prints a line about what happened to a container, as `docker
// compose events` does: its attributes without the labels of the project.
func Happening(w io.Writer, h state.Happening) error {
	var said []string
	attributes := attributesOf(h)
	for _, key := range slices.Sorted(maps.Keys(attributes)) {
		said = append(said, key+"="+attributes[key])
	}
	_, err := fmt.Fprintf(w, "%s container %s %s (%s)\n", h.At.Format("2006-01-02 15:04:05.000000"), h.Action, h.Container, strings.Join(said, ", "))
	return err
}

// HappeningJSON prints the same as an object in a line.
func HappeningJSON(w io.Writer, h state.Happening) error {
	return json.NewEncoder(w).Encode(struct {
		Action     string            `json:"action"`
		Attributes map[string]string `json:"attributes"`
		ID         string            `json:"id"`
		Service    string            `json:"service"`
		Time       time.Time         `json:"time"`
		Type       string            `json:"type"`
	}{h.Action, attributesOf(h), h.Container, h.Service, h.At, "container"})
}

func attributesOf(h state.Happening) map[string]string {
	said := maps.Clone(h.Attributes)
	maps.DeleteFunc(said, func(key, _ string) bool {
		return slices.ContainsFunc(unsaid, func(beginning string) bool { return strings.HasPrefix(key, beginning) })
	})
	return said
}
