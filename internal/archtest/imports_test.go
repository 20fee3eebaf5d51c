package archtest

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

const module = "github.com/stackctl/stack/"

// room is a folder, with those below it that have no row of their own, and the
// rooms of ours that its code may import. Tests may import more.
type room struct {
	path    string
	imports []string // every is any
}

const every = "all"

var quoted = regexp.MustCompile("`([^`]+)`")

// rooms is the table of docs/architecture.md. A room may import what is below
// itself.
func rooms(t *testing.T) (all []room) {
	t.Helper()
	for line := range strings.Lines(read(t, "docs/architecture.md")) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) != 5 || !strings.Contains(cells[1], "`") {
			continue
		}
		var imports []string
		switch said := strings.TrimSpace(cells[3]); said {
		case "none":
		case every:
			imports = []string{every}
		default:
			imports = words(said)
			assert.Assert(t, len(imports) > 0, line)
		}
		for _, path := range words(cells[1]) {
			all = append(all, room{path, imports})
		}
	}
	return all
}

func words(cell string) (all []string) {
	for _, match := range quoted.FindAllStringSubmatch(cell, -1) {
		all = append(all, match[1])
	}
	return all
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
	rooms := rooms(t)
	for _, room := range rooms {
		_, err := os.Stat(filepath.Join(root, room.path))
		assert.Check(t, err)
	}
	for file, imports := range sources(t) {
		from := path.Dir(file)
		owner := roomOf(rooms, from)
		assert.Assert(t, owner != nil, "%s is in no room of the table", file)
		for _, to := range imports {
			to, ours := strings.CutPrefix(to, module)
			if ours && !may(*owner, to) {
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
func roomOf(rooms []room, folder string) *room {
	var found *room
	for i := range rooms {
		if within(folder, rooms[i].path) && (found == nil || len(rooms[i].path) > len(found.path)) {
			found = &rooms[i]
		}
	}
	return found
}

func may(from room, to string) bool {
	return within(to, from.path) || slices.Contains(from.imports, to) || slices.Contains(from.imports, every)
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
