package project_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"pgregory.net/rapid"

	"github.com/stackctl/stack/project"
	"github.com/stackctl/stack/state"
)

// Every field of every service, network and volume is said to be written in a
// line of a file that names it, or else the thing that it is a field of.
func TestWhereIsALineThatNamesTheField(t *testing.T) {
	corpus, err := filepath.Abs("testdata/corpus")
	assert.NilError(t, err)
	for _, file := range composeFiles(t, corpus) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			checkWhere(t, project.Options{Dir: corpus, Files: []string{file}})
		})
	}
	parity, err := filepath.Abs("testdata/parity")
	assert.NilError(t, err)
	for _, file := range composeFiles(t, parity) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			checkWhere(t, project.Options{Dir: parity, Files: []string{file}})
		})
	}
	t.Run("made up", rapid.MakeCheck(func(r *rapid.T) {
		dir := t.TempDir()
		var files []string
		for i := range rapid.IntRange(1, 3).Draw(r, "files") {
			name := fmt.Sprintf("f%d.yaml", i)
			files = append(files, name)
			assert.NilError(r, os.WriteFile(filepath.Join(dir, name), []byte(anyCompose(r)), 0o600))
		}
		assert.NilError(r, os.WriteFile(filepath.Join(dir, "vars.env"), []byte("# vars\nFILE=1\nLEVEL=2\n"), 0o600))
		checkWhere(r, project.Options{Dir: dir, Name: "p", Files: files})
	}))
}

// anyCompose draws a compose file; all have the services a and b.
func anyCompose(t *rapid.T) string {
	pick := func(label string, choices ...string) string {
		return rapid.SampledFrom(append(choices, "")).Draw(t, label)
	}
	var out strings.Builder
	out.WriteString("x-base: &base\n  restart: always\n  environment: {BASE: 1, LEVEL: base}\nservices:\n")
	for _, name := range []string{"a", "b"} {
		out.WriteString("  " + name + ":\n    image: i" + name + "\n")
		out.WriteString(pick("merge", "    <<: *base\n"))
		if name == "a" {
			out.WriteString(pick("extends", "    extends: b\n"))
		}
		out.WriteString(pick("environment", "    environment: {LEVEL: x}\n", "    environment:\n      - LEVEL=y\n      - MORE=1\n"))
		out.WriteString(pick("env_file", "    env_file: vars.env\n"))
		out.WriteString(pick("ports", "    ports: ['80:80']\n", "    ports:\n      - 443:443\n      - 7000-7001:7000-7001\n",
			"    ports:\n      - target: 90\n        published: '9090'\n"))
		out.WriteString(pick("volumes", "    volumes: ['data:/data']\n", "    volumes:\n      - type: tmpfs\n        target: /data\n      - ./x:/x\n"))
		out.WriteString(pick("command", "    command: [run, it]\n", "    command: !override [other]\n"))
		out.WriteString(pick("labels", "    labels: [com.example.one=1]\n", "    labels:\n      com.example.one: 2\n"))
		out.WriteString(pick("deploy", "    deploy:\n      resources:\n        limits: {cpus: '1'}\n"))
	}
	out.WriteString("volumes:\n  data:\n" + pick("volume", "    driver_opts:\n      type: none\n", "    labels: [a=b]\n"))
	return out.String()
}

func checkWhere(t assert.TestingT, o project.Options) {
	o.Environ = []string{"HOME=/home/x", "PARITY=1"}
	p, err := project.Load(context.Background(), o)
	assert.NilError(t, err)
	desired, err := p.Desired(project.DesiredOptions{AllowMissingFiles: true})
	assert.NilError(t, err)
	for _, s := range desired.Services {
		config, err := state.CanonicalConfig(s.Config)
		assert.NilError(t, err)
		checkFields(t, o.Dir, s.Name, s.Where, leaves(t, config))
	}
	for _, n := range desired.Networks {
		if n.Where != nil { // not the implied one
			config, err := json.Marshal(n.Config)
			assert.NilError(t, err)
			checkFields(t, o.Dir, n.Key, n.Where, leaves(t, config))
		}
	}
	for _, v := range desired.Volumes {
		config, err := json.Marshal(v.Config)
		assert.NilError(t, err)
		checkFields(t, o.Dir, v.Key, v.Where, leaves(t, config))
	}
}

var index = regexp.MustCompile(`\[\d+\]$`)

func checkFields(t assert.TestingT, dir, name string, where map[string]state.Position, fields map[string]string) {
	for field := range fields {
		path, at := state.Written(where, field)
		text := line(t, dir, at)
		last := path[strings.LastIndexByte(path, '.')+1:]
		switch {
		case path == "":
			assert.Check(t, strings.Contains(text, name), "%s of %s at %s: %s", field, name, at, text)
		case index.MatchString(path):
			assert.Check(t, hasValue(text, path, fields), "%s of %s at %s: %s", field, name, at, text)
		case path == "image" && !strings.Contains(text, "image"):
			assert.Check(t, strings.Contains(text, "build"), "%s of %s at %s: %s", field, name, at, text)
		default:
			assert.Check(t, strings.Contains(text, last), "%s of %s at %s: %s", field, name, at, text)
		}
	}
}

// hasValue is true for a line with one of the values of an item of a list, or
// with a range that begins a little before it.
func hasValue(text, item string, fields map[string]string) bool {
	for field, value := range fields {
		if !strings.HasPrefix(field, item) {
			continue
		}
		short := strings.TrimSuffix(value, "1")
		if value != "" && (strings.Contains(text, value) || short != "" && strings.Contains(text, short) || strings.Contains(text, filepath.Base(value))) {
			return true
		}
	}
	return false
}

func line(t assert.TestingT, dir string, at state.Position) string {
	name := at.File
	if !filepath.IsAbs(name) {
		name = filepath.Join(dir, name)
	}
	text, err := os.ReadFile(name)
	assert.NilError(t, err)
	lines := strings.Split(string(text), "\n")
	assert.Assert(t, at.Line >= 1 && at.Line <= len(lines), "%s", at)
	return lines[at.Line-1]
}

// leaves are the paths of a configuration with their values.
func leaves(t assert.TestingT, config []byte) map[string]string {
	var tree any
	decoder := json.NewDecoder(bytes.NewReader(config))
	decoder.UseNumber()
	assert.NilError(t, decoder.Decode(&tree))
	found := map[string]string{}
	var walk func(path string, value any)
	walk = func(path string, value any) {
		switch v := value.(type) {
		case map[string]any:
			for key, entry := range v {
				walk(strings.TrimPrefix(path+"."+key, "."), entry)
			}
		case []any:
			for i, entry := range v {
				if _, isMap := entry.(map[string]any); isMap {
					walk(fmt.Sprintf("%s[%d]", path, i), entry)
					continue
				}
				found[path] = fmt.Sprint(v...)
			}
		case nil:
		default:
			found[path] = fmt.Sprint(v)
		}
	}
	walk("", tree)
	return found
}
