package e2e_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/versions"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/e2e/driver"
)

// proof reads fields back from what the engine made of them.
type proof struct {
	// fields are paths of docs/compose-support.md, separated by spaces. Those
	// that begin with a dot are a service's.
	fields string
	// of is a service, or "network KEY", or "volume KEY".
	of string
	// at is where its inspect has the fields, the parts separated by "/" ($NAME
	// is the project's name), and want is what is there, as JSON.
	at, want string
	// sh is a command whose output is want, inside the service's container. It
	// is for what inspect does not have.
	sh string
}

// paths are the fields in full.
func (p proof) paths() []string { return fieldPaths(p.fields) }

func fieldPaths(fields string) []string {
	paths := strings.Fields(fields)
	for i, path := range paths {
		if strings.HasPrefix(path, ".") {
			paths[i] = "services.*" + path
		}
	}
	return paths
}

// fieldProject is a file of testdata/fields, and what it proves.
type fieldProject struct {
	file string
	// before makes what the file refers to, after removes it.
	before, after string
	up            []string
	proofs        []proof
}

// TestFieldsAreWhatTheEngineHolds brings each file up once and reads all its
// fields back. What the engine is too old for has to be said in place of that.
func TestFieldsAreWhatTheEngineHolds(t *testing.T) {
	supported := readSupport(t)
	for _, f := range fieldProjects() {
		t.Run(f.file, func(t *testing.T) {
			content, err := os.ReadFile(filepath.Join("testdata", "fields", f.file))
			assert.NilError(t, err)
			p := newProject(t, string(content))
			assert.NilError(t, os.CopyFS(p.dir, os.DirFS(filepath.Join("testdata", "fields"))))
			p.env = append(p.env, "FIELDS_CONFIG=a config", "FIELDS_SECRET=a secret", fmt.Sprint("PORT=", driver.FreePort(t)))
			p.sh(f.before)
			t.Cleanup(func() { p.sh(f.after) })
			r := p.run(append([]string{"up", "-d"}, f.up...)...)
			f.check(t, p, r, supported)
		})
	}
}

func (f fieldProject) check(t *testing.T, p *project, r driver.Result, supported support) {
	t.Helper()
	refused := false
	for _, proof := range f.proofs {
		for _, path := range proof.paths() {
			needs, ok := supported.newer[path]
			if !ok || versions.GreaterThanOrEqualTo(docker.ClientVersion(), needs.api) {
				continue
			}
			refused = refused || needs.otherwise == "error"
			said := strings.TrimPrefix(strings.NewReplacer("services.*.", "", "networks.*.", "", "[]", "").Replace(path), ".")
			said = said[strings.LastIndex(said, ".")+1:]
			assert.Check(t, saysTooOld(r.Stderr, strings.Split(said, "=")[0], needs.api), "%s: nothing is said of API %s:\n%s", path, needs.api, r.Stderr)
		}
	}
	if refused {
		assert.Equal(t, r.Code, 1)
		assert.Equal(t, len(p.containers())+len(p.networks())+len(p.volumes()), 0, "something was made")
		return
	}
	assert.Equal(t, r.Code, 0, r.Stderr)
	for _, proof := range f.proofs {
		if !supported.tooOld(proof) {
			p.prove(proof)
		}
	}
}

// saysTooOld is true when a line names the field, what it needs and the engine.
func saysTooOld(stderr, field, api string) bool {
	for line := range strings.SplitSeq(stderr, "\n") {
		if strings.Contains(line, field) && strings.Contains(line, "(API "+api+"), this is Docker Engine ") {
			return true
		}
	}
	return false
}

// prove compares one thing with what is wanted.
func (p *project) prove(proof proof) {
	p.t.Helper()
	want := strings.ReplaceAll(proof.want, "$NAME", p.name)
	want = strings.ReplaceAll(want, "$DIR", p.dir)
	for _, variable := range p.env {
		if key, value, _ := strings.Cut(variable, "="); strings.HasPrefix(key, "PORT") {
			want = strings.ReplaceAll(want, "$"+key, value)
		}
	}
	if proof.sh != "" {
		out, err := exec.Command("docker", "exec", p.idOf(proof.of), "sh", "-c", proof.sh).CombinedOutput()
		assert.Check(p.t, err, "%s: %s: %s", proof.fields, proof.sh, out)
		assert.Check(p.t, strings.TrimSpace(string(out)) == want, "%s: %s: got %s, want %s", proof.fields, proof.sh, out, want)
		return
	}
	var wanted any
	assert.NilError(p.t, json.Unmarshal([]byte(want), &wanted), want)
	got := reach(p.whole(proof.of), strings.ReplaceAll(proof.at, "$NAME", p.name))
	assert.Check(p.t, reflect.DeepEqual(got, wanted), "%s: %s of %s: got %s, want %s", proof.fields, proof.at, proof.of, text(got), want)
}

// idOf is the id of a service's first container.
func (p *project) idOf(service string) string {
	p.t.Helper()
	for _, c := range p.containers() {
		if c.Labels[serviceLabel] == service && c.Labels[numberLabel] == "1" {
			return c.ID
		}
	}
	p.t.Fatalf("no container of %s", service)
	return ""
}

// whole is what the engine says of a service, network or volume.
func (p *project) whole(of string) any {
	p.t.Helper()
	args := []string{"container", "inspect", ""}
	if kind, key, other := strings.Cut(of, " "); other {
		args = []string{kind, "inspect", p.name + "_" + key}
		if named := p.name + "-" + key; exec.Command("docker", kind, "inspect", named).Run() == nil {
			args[2] = named
		}
	} else {
		args[2] = p.idOf(of)
	}
	var found []any
	assert.NilError(p.t, json.Unmarshal([]byte(command(p.t, "docker", args...)), &found))
	return found[0]
}

// reach follows keys. A key NAME=VALUE is the entry of a list that has it, and
// #N the Nth entry.
func reach(value any, path string) any {
	for key := range strings.SplitSeq(path, "/") {
		items, isList := value.([]any)
		if !isList {
			value = object(value)[strings.ReplaceAll(key, "|", "/")]
			continue
		}
		value = nil
		name, wanted, _ := strings.Cut(strings.ReplaceAll(key, "|", "/"), "=")
		for i, item := range items {
			if key == fmt.Sprint("#", i) || fmt.Sprint(object(item)[name]) == wanted {
				value = item
			}
		}
	}
	return value
}

func (p *project) sh(script string) {
	p.t.Helper()
	out, err := exec.Command("sh", "-c", script, "sh", p.name).CombinedOutput()
	assert.Check(p.t, err, "%s: %s", script, out)
}
