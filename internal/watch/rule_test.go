package watch

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/fs"

	"github.com/stackctl/stack/state"
)

// service has one rule.
func service(trigger types.Trigger) state.Service {
	return state.Service{Name: "web", Config: types.ServiceConfig{
		Name: "web", Develop: &types.DevelopConfig{Watch: []types.Trigger{trigger}},
	}}
}

func built(s state.Service, folder string) state.Service {
	s.Build = &state.BuildSpec{Config: types.BuildConfig{Context: folder}}
	return s
}

func ruleOf(t *testing.T, s state.Service) Rule {
	t.Helper()
	rules, warnings, err := Rules([]state.Service{s})
	assert.NilError(t, err)
	assert.Equal(t, len(warnings), 0)
	assert.Equal(t, len(rules), 1)
	return rules[0]
}

func TestARuleIsAboutWhatItDoesNotIgnore(t *testing.T) {
	dir := fs.NewDir(t, "rule", fs.WithFile(".dockerignore", "# logs\n**/*.log\nvendor\n!vendor/keep"), fs.WithDir("src"))
	src := dir.Join("src")
	rule := func(ignore, include []string) Rule {
		trigger := types.Trigger{Path: src, Action: types.WatchActionSync, Target: "/app", Ignore: ignore, Include: include}
		return ruleOf(t, built(service(trigger), dir.Path()))
	}
	for _, c := range []struct {
		path            string
		ignore, include []string
		matches         bool
	}{
		{path: "src/a.js", matches: true},
		{path: "src", matches: true},
		{path: "other/a.js"},
		{path: "srcs/a.js"},
		{path: "src/deep/er/a.js", matches: true},
		{path: "src/a.log"},
		{path: "src/.git/HEAD"},
		{path: "src/deep/.git"},
		{path: "src/.gitignore", matches: true},
		{path: "src/.a.js.swp"},
		{path: "src/a.js~"},
		{path: "src/4913"},
		{path: "src/.#a.js"},
		{path: "src/node_modules/x/a.js", ignore: []string{"node_modules/"}},
		{path: "src/deep/node_modules/x", ignore: []string{"node_modules/"}, matches: true},
		{path: "src/deep/node_modules/x", ignore: []string{"**/node_modules/"}},
		{path: "src/a/b", ignore: []string{"./a", "!a/b"}, matches: true},
		{path: "src/a/c", ignore: []string{"/a", "!a/b"}},
		{path: "src/a.js", include: []string{"*.js"}, matches: true},
		{path: "src/a.css", include: []string{"*.js"}},
		{path: "src/deep/a.js", include: []string{"*.js"}},
		{path: "src/deep/a.js", include: []string{"**/*.js"}, matches: true},
		{path: "src/deep/a.js", include: []string{"**/*.js"}, ignore: []string{"deep"}},
	} {
		got := rule(c.ignore, c.include).matches(filepath.Join(dir.Path(), c.path))
		assert.Check(t, got == c.matches, "%s, ignore %v, include %v: expected %v", c.path, c.ignore, c.include, c.matches)
	}
}

func TestAFolderIsPassedOverInWhichNothingCanMatch(t *testing.T) {
	dir := fs.NewDir(t, "rule")
	trigger := types.Trigger{Path: dir.Path(), Action: types.WatchActionSync, Target: "/", Ignore: []string{"node_modules"}, Include: []string{"*.js"}}
	rule := ruleOf(t, service(trigger))
	assert.Check(t, rule.passesOver(dir.Join("node_modules")))
	assert.Check(t, rule.passesOver(dir.Join("node_modules", "deep")))
	assert.Check(t, rule.passesOver(dir.Join(".git")))
	assert.Check(t, !rule.passesOver(dir.Join("lib")))
	assert.Check(t, !rule.passesOver(dir.Path()))
	assert.Check(t, !rule.passesOver(filepath.Dir(dir.Path())))
	trigger.Ignore = append(trigger.Ignore, "!node_modules/mine")
	assert.Check(t, !ruleOf(t, service(trigger)).passesOver(dir.Join("node_modules")))
}

func TestTheIgnoreFileOfADockerfileComesFirst(t *testing.T) {
	dir := fs.NewDir(t, "rule", fs.WithFile(".dockerignore", "a"), fs.WithFile("Dockerfile.dockerignore", "b"))
	rule := ruleOf(t, built(service(types.Trigger{Path: dir.Path(), Action: types.WatchActionRebuild}), dir.Path()))
	assert.Check(t, rule.matches(dir.Join("a")))
	assert.Check(t, !rule.matches(dir.Join("b")))
}

func TestWhereAFileGoes(t *testing.T) {
	dir := fs.NewDir(t, "rule", fs.WithFile("one.conf", ""))
	for target, want := range map[string]string{"/etc/it.conf": "/etc/it.conf", "/etc/": "/etc/one.conf"} {
		rule := ruleOf(t, service(types.Trigger{Path: dir.Join("one.conf"), Action: types.WatchActionSync, Target: target}))
		assert.Equal(t, rule.target(dir.Join("one.conf")), want)
	}
	rule := ruleOf(t, service(types.Trigger{Path: dir.Path(), Action: types.WatchActionSync, Target: "/app/"}))
	assert.Equal(t, rule.target(dir.Join("a", "b")), "/app/a/b")
	assert.Equal(t, rule.target(dir.Path()), "/app")
}

func TestRulesThatLackSomethingAreErrors(t *testing.T) {
	_, _, err := Rules([]state.Service{service(types.Trigger{Path: "/x", Action: types.WatchActionRebuild})})
	assert.ErrorContains(t, err, `can't watch service "web" with action rebuild without a build context`)
	_, _, err = Rules([]state.Service{service(types.Trigger{Path: "/x", Target: "/x", Action: types.WatchActionSyncExec})})
	assert.ErrorContains(t, err, `can't watch with action "sync+exec" on service web without a command`)
	_, _, err = Rules([]state.Service{service(types.Trigger{Path: "/x", Action: types.WatchActionRestart, Ignore: []string{"["}})})
	assert.ErrorContains(t, err, "watch /x of service web: ")
}

func TestWhatIsMountedIsNotCopied(t *testing.T) {
	s := service(types.Trigger{Path: "/src/lib", Target: "/lib", Action: types.WatchActionSync})
	s.Config.Volumes = []types.ServiceVolumeConfig{{Type: types.VolumeTypeBind, Source: "/src", Target: "/src"}}
	s.Config.Develop.Watch = append(s.Config.Develop.Watch, types.Trigger{Path: "/src", Action: types.WatchActionRestart})
	rules, warnings, err := Rules([]state.Service{s, {Name: "other"}})
	assert.NilError(t, err)
	assert.DeepEqual(t, warnings, []string{"service web: path '/src/lib' also declared by a bind mount volume, this path won't be monitored!"})
	assert.Check(t, slices.EqualFunc(rules, []types.WatchAction{types.WatchActionRestart}, func(r Rule, a types.WatchAction) bool { return r.Action == a }))
}
