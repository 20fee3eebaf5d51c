package project_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"pgregory.net/rapid"

	"github.com/stackctl/stack/project"
)

// The order in which a file lists keys changes neither hashes nor what config
// prints.
func TestOrderOfKeysDoesNotMatter(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.MapOf(rapid.StringMatching(`[a-z]{1,8}`), rapid.StringMatching(`[A-Za-z0-9 ]{0,8}`))
		service := func() map[string]string {
			return map[string]string{
				"image":       rapid.StringMatching(`[a-z]{1,8}`).Draw(t, "image"),
				"environment": flow(words.Draw(t, "environment")),
				"labels":      flow(words.Draw(t, "labels")),
				"ports":       fmt.Sprintf("['%d:80']", rapid.IntRange(1, 65535).Draw(t, "port")),
				"read_only":   fmt.Sprint(rapid.Bool().Draw(t, "read_only")),
				"mem_limit":   fmt.Sprint(rapid.IntRange(0, 1<<30).Draw(t, "mem_limit")),
			}
		}
		services := map[string]map[string]string{"a": service(), "b": service(), "c": service()}
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		var first string
		for range 3 {
			got := printed(t, dir, compose(services, random))
			if first == "" {
				first = got
			}
			assert.Equal(t, got, first)
		}
	})
}

func flow(m map[string]string) string {
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		parts = append(parts, fmt.Sprintf("%q: %q", k, m[k]))
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// compose writes services with their keys in a random order.
func compose(services map[string]map[string]string, random *rand.Rand) string {
	var b strings.Builder
	b.WriteString("services:\n")
	for _, name := range shuffled(services, random) {
		fmt.Fprintf(&b, "  %s:\n", name)
		for _, key := range shuffled(services[name], random) {
			fmt.Fprintf(&b, "    %s: %s\n", key, services[name][key])
		}
	}
	return b.String()
}

func shuffled[V any](m map[string]V, random *rand.Rand) []string {
	keys := slices.Sorted(maps.Keys(m))
	random.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
	return keys
}

func printed(t assert.TestingT, dir, text string) string {
	p, err := project.Load(context.Background(), project.Options{
		Dir: dir, Name: "p", Files: []string{"-"}, Stdin: strings.NewReader(text)})
	assert.NilError(t, err)
	yaml, err := p.YAML()
	assert.NilError(t, err)
	hashes, err := p.Hashes()
	assert.NilError(t, err)
	return fmt.Sprint(string(yaml), hashes)
}

// Whatever a file holds, loading ends with a project that can be printed or
// with an error that says something.
func FuzzLoad(f *testing.F) {
	for _, seed := range []string{
		web, layers, "", "-", "services: []", "services: {a: {extends: {service: a}}}", "a: &a [*a]", "volumes: {a: {external: x}}",
		"services: {a: {image: '${A:-${B}}', ports: ['1-3:1-3'], ulimits: {a: 1}}}", "\x00", "services: {a: !reset null}",
		"services:\n  a: &a {image: x}\n  b: {<<: *a}\n---\nservices: {c: {image: x}}\n", "configs: {a: 1}", "networks: {a: {external: {name: b}}}",
	} {
		f.Add([]byte(seed))
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, reads := range []string{"include", "extends", "file"} {
			if bytes.Contains(text, []byte(reads)) {
				return // other files are no business of this test
			}
		}
		p, err := project.Load(t.Context(), project.Options{
			Dir: dir, Name: "p", Files: []string{"-"}, Stdin: bytes.NewReader(text), NoEnvResolution: true})
		if err != nil {
			assert.Assert(t, err.Error() != "")
			return
		}
		_, err = p.YAML()
		assert.NilError(t, err)
		_, err = p.Hashes()
		assert.NilError(t, err)
	})
}
