package e2e_test

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/versions"
	"gotest.tools/v3/assert"
)

// support is what docs/compose-support.md says.
type support struct {
	honoured []string
	newer    map[string]need // by path
}

type need struct{ api, otherwise string }

var (
	fieldRow = regexp.MustCompile("(?m)^\\| `([^`]+)` \\| honoured \\|")
	newerRow = regexp.MustCompile("(?m)^\\| `([^`]+)` \\| Engine \\S+ \\(API (\\S+)\\) \\| (warning|error) \\|")
)

func readSupport(t *testing.T) support {
	t.Helper()
	content, err := os.ReadFile("../docs/compose-support.md")
	assert.NilError(t, err)
	s := support{newer: map[string]need{}}
	for _, row := range fieldRow.FindAllStringSubmatch(string(content), -1) {
		s.honoured = append(s.honoured, row[1])
	}
	for _, row := range newerRow.FindAllStringSubmatch(string(content), -1) {
		s.newer[row[1]] = need{row[2], row[3]}
	}
	assert.Assert(t, len(s.honoured) > 0 && len(s.newer) > 0, "docs/compose-support.md has another form")
	return s
}

// tooOld is true when the engine cannot do what the proof is about.
func (s support) tooOld(p proof) bool {
	for _, path := range p.paths() {
		if n, ok := s.newer[path]; ok && versions.LessThan(docker.ClientVersion(), n.api) {
			return true
		}
	}
	return false
}

// valuesOfASwarm are rows about values that only a Swarm treats otherwise than the
// rest of their field: an engine's proof of the field is one of them.
var valuesOfASwarm = []string{
	"networks.*.driver=bridge", "services.*.links=*:*", "services.*.network_mode=bridge", "services.*.network_mode=host",
	"services.*.ports[].host_ip=0.0.0.0", "services.*.ports[].host_ip=::", "services.*.ports[].published=*-*",
	"services.*.security_opt=apparmor[=:]unconfined", "services.*.security_opt=label[=:]*",
	"services.*.security_opt=no-new-privileges*", "services.*.security_opt=seccomp[=:]unconfined", "services.*.volumes[].type=bind",
}

// TestEveryHonouredFieldIsProven fails on a field that docs/compose-support.md
// calls honoured and that no test reads back, and on a proof of none.
func TestEveryHonouredFieldIsProven(t *testing.T) {
	proven := map[string]bool{}
	count := 0
	for _, f := range fieldProjects() {
		for _, p := range f.proofs {
			count += len(p.paths())
			for _, path := range p.paths() {
				proven[path] = true
			}
		}
	}
	tests := testNames(t)
	for _, p := range provenElsewhere {
		for _, name := range strings.Fields(p.by) {
			assert.Check(t, tests[name], "%s: no test is called %s", p.fields, name)
		}
		for _, path := range fieldPaths(p.fields) {
			proven[path] = true
		}
	}
	for _, path := range valuesOfASwarm {
		field, _, _ := strings.Cut(path, "=")
		proven[path] = proven[field]
	}
	honoured := map[string]bool{}
	for _, path := range readSupport(t).honoured {
		honoured[path] = true
		assert.Check(t, proven[path], "nothing proves %s", path)
	}
	for path := range proven {
		assert.Check(t, honoured[path], "%s is proven, but not called honoured", path)
	}
	t.Logf("%d honoured rows, %d readings of an engine", len(honoured), count)
}

// testNames are all tests of the tree.
func testNames(t *testing.T) map[string]bool {
	t.Helper()
	out, err := exec.Command("grep", "-rhoE", "--include=*_test.go", `^func Test\w+`, "..").Output()
	assert.NilError(t, err)
	names := map[string]bool{}
	for line := range strings.Lines(string(out)) {
		names[strings.TrimSpace(strings.TrimPrefix(line, "func "))] = true
	}
	return names
}
