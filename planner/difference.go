package planner

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackctl/stack/state"
)

// configReasons says which fields of a service differ from what its container
// was made from. A container without the label that tells has its hashes
// compared. An empty hash says nothing.
func configReasons(container state.Container, service state.Service, hash string) []Reason {
	old := container.Labels[state.LabelConfigHash]
	if old == hash {
		return nil
	}
	if applied, err := state.DecodeConfig(container.Labels[state.LabelStackConfig]); err == nil {
		if reasons := fieldReasons(applied, service.Config); len(reasons) > 0 {
			return reasons
		}
	}
	if hash == "" {
		return nil
	}
	return []Reason{{Field: "configuration", Old: short(old), New: short(hash), At: writtenAt(service.Where, "")}}
}

func short(hash string) string {
	if hash == "" {
		return "(unknown)"
	}
	return "hash " + hash[:min(12, len(hash))]
}

func fieldReasons(applied, wanted types.ServiceConfig) []Reason {
	before, after := flatten(applied), flatten(wanted)
	var fields []string
	for field, value := range before {
		if after[field] != value {
			fields = append(fields, field)
		}
	}
	for field := range after {
		if _, both := before[field]; !both {
			fields = append(fields, field)
		}
	}
	slices.Sort(fields)
	reasons := make([]Reason, len(fields))
	for i, field := range fields {
		reasons[i] = Reason{Field: field, Old: state.Masked(field, before[field]), New: state.Masked(field, after[field])}
	}
	return reasons
}

// inputReasons says which configs and secrets have another content now.
func inputReasons(container state.Container, service state.Service) []Reason {
	applied, err := state.DecodeInputs(container.Labels[state.LabelStackInputs])
	if err != nil || applied == nil {
		return nil // made by Docker Compose, which does not record them
	}
	var reasons []Reason
	for name, digest := range service.Inputs {
		if old, known := applied[name]; known && old != digest {
			reasons = append(reasons, Reason{Text: name + ": its content changed", At: writtenAt(service.Where, name)})
		}
	}
	slices.SortFunc(reasons, func(a, b Reason) int { return bytes.Compare([]byte(a.Text), []byte(b.Text)) })
	return reasons
}

// flatten returns a service's fields by their path: environment.LOG_LEVEL,
// ports[0].published. A list of plain values is one field.
func flatten(config types.ServiceConfig) map[string]string {
	fields := map[string]string{}
	b, err := state.CanonicalConfig(config)
	if err != nil {
		return fields
	}
	var tree any
	decoder := json.NewDecoder(bytes.NewReader(b))
	decoder.UseNumber()
	if decoder.Decode(&tree) == nil {
		flattenInto(fields, "", tree)
	}
	return fields
}

func flattenInto(fields map[string]string, path string, value any) {
	switch v := value.(type) {
	case map[string]any:
		for key, entry := range v {
			name := key
			if path != "" {
				name = path + "." + key
			}
			flattenInto(fields, name, entry)
		}
	case []any:
		if !slices.ContainsFunc(v, isTree) {
			fields[path] = compact(v)
			return
		}
		for i, entry := range v {
			flattenInto(fields, fmt.Sprintf("%s[%d]", path, i), entry)
		}
	case nil:
		// not set
	case string:
		fields[path] = v
		if v == "" {
			fields[path] = `""`
		}
	default:
		fields[path] = fmt.Sprint(v)
	}
}

func isTree(v any) bool {
	_, isMap := v.(map[string]any)
	return isMap
}

func compact(v any) string {
	b, _ := json.Marshal(v) // it was unmarshalled a moment ago
	return string(b)
}
