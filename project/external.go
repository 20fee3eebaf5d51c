package project

import (
	"fmt"
	"path/filepath"
	"slices"

	"github.com/stackctl/stack/state"
)

// external reads an external config or secret from where its x-stack says.
func (b *desiredBuilder) external(r reference, settings any) (state.File, bool) {
	if settings == nil {
		b.add(r.at(), fmt.Sprintf("external %s %s is not in this engine: only Swarm holds %ss of its own", r.kind, r.object.Name, r.kind),
			"say where it comes from with x-stack: {file: PATH}, {environment: VARIABLE} or {command: [PROGRAM, ARGUMENT…]}")
		return state.File{}, false
	}
	at := r.at(extension)
	source, ok := b.origin(settings, at)
	if !ok {
		return state.File{}, false
	}
	switch at = append(at, source.key); source.key {
	case "file":
		name := source.words[0]
		if !filepath.IsAbs(name) {
			name = filepath.Join(b.project.WorkingDir, name)
		}
		return b.readFile(r, name, at)
	case "environment":
		return b.readVariable(r, source.words[0], at)
	default:
		return b.runCommand(r, source.words, at)
	}
}

// origin is where an external config or secret comes from.
type origin struct {
	key   string // file, environment or command
	words []string
}

func (b *desiredBuilder) origin(settings any, at modelPath) (origin, bool) {
	const want = "expected one of {file: PATH}, {environment: VARIABLE} and {command: [PROGRAM, ARGUMENT…]}"
	known := []string{"file", "environment", "command"}
	mapping, ok := settings.(map[string]any)
	if !ok {
		b.addValue(at, want, "")
		return origin{}, false
	}
	for _, key := range sortedKeys(mapping) {
		if !slices.Contains(known, key) {
			b.add(append(at, key), fmt.Sprintf("%s, found %q", want, key), didYouMean(key, known, "remove it"))
			return origin{}, false
		}
	}
	if len(mapping) != 1 {
		b.add(at, fmt.Sprintf("%s, found %d of them", want, len(mapping)), "keep one")
		return origin{}, false
	}
	key := sortedKeys(mapping)[0]
	words, ok := wordsOf(mapping[key], key == "command")
	if !ok {
		expected := "a text that is not empty"
		if key == "command" {
			expected = "a list of a program and its arguments, which no shell splits"
		}
		b.addValue(append(at, key), "expected "+expected, "")
		return origin{}, false
	}
	return origin{key, words}, true
}

// wordsOf reads a text, or a list of texts of which the first is not empty.
func wordsOf(value any, list bool) ([]string, bool) {
	entries, isList := value.([]any)
	if isList != list {
		return nil, false
	}
	if !list {
		entries = []any{value}
	}
	var words []string
	for _, entry := range entries {
		word, ok := entry.(string)
		if !ok {
			return nil, false
		}
		words = append(words, word)
	}
	return words, len(words) > 0 && words[0] != ""
}

// runCommand takes a command's output as the content.
func (b *desiredBuilder) runCommand(r reference, command []string, at modelPath) (state.File, bool) {
	if b.options.Run == nil {
		return state.File{Mode: defaultMode, Unread: "its command was not run"}, true
	}
	if from := b.sources().fetchedFrom(at); from != "" {
		b.addValue(at, fmt.Sprintf("%s %s: a command that %s names is not run here", r.kind, r.use.Source, from),
			"copy its x-stack into a compose file of your own, and name that with -f too")
		return state.File{}, false
	}
	content, err := b.options.Run(b.project, command)
	if err != nil {
		e := b.sources().errorAtValue(at, fmt.Sprintf("%s %s: %v", r.kind, r.use.Source, err), "")
		e.cause = err
		b.errs = append(b.errs, e)
		return state.File{}, false
	}
	return heldFile(content), true
}
