package planner

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackctl/stack/state"
)

// Written is where the file has what a node is about, or one part of it.
type Written struct {
	// Part is what an engine's error can be about; the zero value is the node.
	Part state.Part `json:"part,omitzero"`
	// Field is the field that is written there, as a [Reason] has it; it is
	// empty for a service, network or volume as a whole.
	Field string         `json:"field,omitempty"`
	At    state.Position `json:"at"`
}

// String returns "field, file:line", and nothing for the zero value.
func (w Written) String() string {
	if w.Field == "" {
		return w.At.String()
	}
	return w.Field + ", " + w.At.String()
}

// CauseOf is where that is written which an error about a part comes from: the
// part, or else the whole. The zero value is nowhere.
func (n Node) CauseOf(part state.Part) Written {
	for _, w := range n.Written {
		if part.Kind != "" && w.Part.Kind == part.Kind && holds(w.Part, part) {
			return w
		}
	}
	if len(n.Written) > 0 && n.Written[0].Part == (state.Part{}) {
		return n.Written[0]
	}
	return Written{}
}

// holds is true for a part that is another one, or a range of ports with it.
func holds(written, part state.Part) bool {
	if written.Value == part.Value {
		return true
	}
	first, last, ranged := strings.Cut(written.Value, "-")
	if written.Kind != state.PartPort || !ranged {
		return false
	}
	low, _ := strconv.Atoi(first)
	high, _ := strconv.Atoi(last)
	port, err := strconv.Atoi(part.Value)
	return err == nil && low <= port && port <= high
}

// writer collects where the parts of one node are written.
type writer struct {
	where   map[string]state.Position
	base    string // the field that all of them are in: pre_start[0]
	written []Written
}

// whole notes the node itself, which comes first.
func (w *writer) whole(field string) { w.part("", "", field) }

// part notes a part, if it is written or something that it is in.
func (w *writer) part(kind state.PartKind, value, field string) {
	if w.base != "" {
		field = strings.TrimSuffix(w.base+"."+field, ".")
	}
	path, at := state.Written(w.where, field)
	if at == (state.Position{}) || kind != "" && path == "" {
		return
	}
	w.written = append(w.written, Written{Part: state.Part{Kind: kind, Value: value}, Field: path, At: at})
}

func (w *writer) command() {
	before := len(w.written)
	for _, field := range []string{"command", "entrypoint"} {
		if _, own := w.where[field]; own && len(w.written) == before {
			w.part(state.PartCommand, "", field)
		}
	}
}

func (w *writer) ports(service state.Service) {
	for i, p := range service.Config.Ports {
		if p.Published != "" && w.base == "" {
			w.part(state.PartPort, p.Published, fmt.Sprintf("ports[%d]", i))
		}
	}
}

// mounts notes each mount by the target, and by the source as the engine knows
// it.
func (w *writer) mounts(service state.Service, volumes map[string]state.Volume) {
	if w.base != "" {
		return
	}
	for i, v := range service.Config.Volumes {
		field := fmt.Sprintf("volumes[%d]", i)
		w.part(state.PartMount, v.Target, field)
		source := v.Source
		if volume, named := volumes[source]; named && v.Type == types.VolumeTypeVolume {
			source = volume.Config.Name
		}
		if source != "" && source != v.Target {
			w.part(state.PartMount, source, field)
		}
	}
}
