package archtest

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

const module = "github.com/stackctl/stack/"

// room is a folder, with those below it that have no rule of their own, and
// the rooms of ours that its code may import. Tests may import more.
type room struct {
	path    string
	imports []string
}

// rooms is the table of docs/architecture.md. A room may import what is below
// itself.
var rooms = []room{
	{"cmd/stack", []string{"internal/cli"}},
	{"state", nil},
	{"dag", nil},
	{"event", []string{"state"}},
	{"project", []string{"state", "dag"}},
	{"planner", []string{"state", "dag"}},
	{"engine", []string{"state"}},
	{"engine/docker", []string{"engine", "state"}},
	{"engine/swarm", []string{"engine", "state"}},
	{"engine/memory", []string{"engine", "state"}},
	{"engine/enginetest", []string{"engine", "state"}},
	{"reconciler", []string{"planner", "engine", "state", "event", "dag"}},
	{"internal/remote", []string{"project"}},
	{"internal/publish", []string{"project", "internal/remote"}},
	{"internal/drift", []string{"planner", "planner/servicespec", "internal/history", "state"}},
	{"internal/explain", []string{"planner", "internal/drift", "internal/history", "state"}},
	{"internal/history", []string{"planner", "planner/servicespec", "state"}},
	{"internal/layout", nil},
	{"internal/graph", []string{"state", "dag", "internal/explain"}},
	{"internal/timeline", []string{"planner", "event", "state"}},
	{"internal/render", []string{"planner", "event", "state", "internal/drift", "internal/explain", "internal/history", "internal/layout", "internal/graph", "internal/timeline"}},
	{"internal/docgen", []string{"internal/cli", "project/support"}},
	{"internal/archtest", nil},
	{"internal/testsum", nil},
	{"internal/termshot", nil},
	{"internal/cli", []string{"project", "state", "dag", "event", "planner", "planner/servicespec", "engine", "engine/docker", "engine/swarm", "engine/memory", "reconciler", "internal"}},
	{"internal", []string{"project", "state", "dag", "event", "planner", "engine", "reconciler"}},
	{"examples", nil},
	{"e2e", nil},
}

// harmless is what a pure function may use: nothing that could read a clock, a
// file, the network, the environment or chance, and no context.
var harmless = []string{
	"bytes", "cmp", "container/*", "encoding/*", "errors", "fmt", "iter", "maps", "math", "math/bits", "path", "regexp",
	"slices", "sort", "strconv", "strings", "unicode", "unicode/*", "crypto/sha256", "hash/*",
	"time",  // for durations: the clock is forbidden below
	"io/fs", // for modes: it has no file system
	"github.com/compose-spec/compose-go/v2/types", "github.com/hashicorp/go-multierror",
	"github.com/docker/docker/api/types/swarm", "github.com/docker/docker/api/types/mount",
	"github.com/docker/docker/api/types/container", "github.com/docker/go-units",
}

// pure are the rooms that nothing but their arguments counts in.
var pure = []string{"planner", "planner/servicespec", "dag", "internal/drift", "internal/explain", "internal/layout", "internal/graph", "internal/timeline"}

// impure are the functions of the harmless packages that are not.
var impure = []string{"time.Now", "time.Since", "time.Until", "time.Sleep", "time.After", "time.Tick", "time.NewTimer", "time.NewTicker", "fmt.Print", "fmt.Scan"}

func TestEveryImportIsAnArrowOfTheTable(t *testing.T) {
	for file, imports := range sources(t) {
		from := path.Dir(file)
		owner := roomOf(from)
		assert.Assert(t, owner != nil, "%s is in no room of the table", file)
		for _, to := range imports {
			to, ours := strings.CutPrefix(to, module)
			if ours && !may(*owner, from, to) {
				t.Errorf("%s imports %s, which %s may not", file, to, owner.path)
			}
		}
	}
}

func TestThePlannerIsPure(t *testing.T) {
	for file, imports := range sources(t) {
		if !slices.Contains(pure, path.Dir(file)) {
			continue
		}
		for _, to := range imports {
			if !strings.HasPrefix(to, module) && !slices.ContainsFunc(harmless, func(pattern string) bool { return matches(pattern, to) }) {
				t.Errorf("%s imports %s: nothing here may do I/O, wait, or depend on chance", file, to)
			}
		}
		content := read(t, file)
		for _, name := range impure {
			if strings.Contains(content, name) {
				t.Errorf("%s uses %s", file, name)
			}
		}
	}
}

// roomOf is the room with the longest path that holds the folder.
func roomOf(folder string) *room {
	var found *room
	for i := range rooms {
		if within(folder, rooms[i].path) && (found == nil || len(rooms[i].path) > len(found.path)) {
			found = &rooms[i]
		}
	}
	return found
}

func may(from room, folder, to string) bool {
	if within(to, from.path) && within(folder, from.path) && from.path != "internal" {
		return true
	}
	return slices.ContainsFunc(from.imports, func(allowed string) bool {
		return to == allowed || allowed == "internal" && within(to, "internal")
	})
}

func within(folder, room string) bool {
	return folder == room || strings.HasPrefix(folder, room+"/")
}

func matches(pattern, name string) bool {
	matched, err := path.Match(pattern, name)
	return err == nil && matched
}

// sources are the imports of every Go file that is not a test, by its path.
func sources(t *testing.T) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() && (entry.Name() == "testdata" || entry.Name() == ".git") {
			return skipUnless(err)
		}
		if entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		imports := []string{}
		for _, spec := range parsed.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			imports = append(imports, imported)
		}
		found[filepath.ToSlash(relative)] = imports
		return nil
	})
	assert.NilError(t, err)
	assert.Assert(t, len(found) > 0)
	return found
}

// root is the module's folder.
const root = "../.."

func skipUnless(err error) error {
	if err != nil {
		return err
	}
	return fs.SkipDir
}

func read(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, file))
	assert.NilError(t, err)
	return string(content)
}
