package archtest

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

var (
	goTest = regexp.MustCompile("`([a-z0-9/]+)\\.(Test\\w+)`")
	script = regexp.MustCompile("`(\\w+\\.txtar)`")
)

// TestEveryObligationNamesTestsThatExist reads docs/convergence.md, which has a
// section for each obligation.
func TestEveryObligationNamesTestsThatExist(t *testing.T) {
	sections := strings.Split(read(t, "docs/convergence.md"), "\n### ")[1:]
	assert.Equal(t, len(sections), 30)
	for i, section := range sections {
		number, _, _ := strings.Cut(section, ".")
		assert.Equal(t, number, strconv.Itoa(i+1))
		_, places, _ := strings.Cut(section, "\n- In memory:")
		memory, places, both := strings.Cut(places, "\n- On a real engine:")
		real, _, compared := strings.Cut(places, "\n- Docker Compose:")
		assert.Assert(t, both && compared, "%s does not say where it is tested", number)
		for _, tests := range []string{memory, real} {
			named := goTest.MatchString(tests) || script.MatchString(tests)
			assert.Check(t, named || strings.TrimSpace(tests) == "–", "%s names no test: %s", number, tests)
		}
		for _, named := range goTest.FindAllStringSubmatch(section, -1) {
			assert.Check(t, tested(t, named[1])[named[2]], "%s names %s, which does not exist", number, named[0])
		}
		for _, named := range script.FindAllStringSubmatch(section, -1) {
			_, err := os.Stat(filepath.Join(root, "internal/cli/testdata/script", named[1]))
			assert.Check(t, err, number)
		}
	}
}

var testFunction = regexp.MustCompile(`(?m)^func (Test\w+)\(`)

// tested are the tests of a package, by name.
func tested(t *testing.T, folder string) map[string]bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, folder, "*_test.go"))
	assert.NilError(t, err)
	names := map[string]bool{}
	for _, file := range files {
		content, err := os.ReadFile(file)
		assert.NilError(t, err)
		for _, match := range testFunction.FindAllSubmatch(content, -1) {
			names[string(match[1])] = true
		}
	}
	return names
}
