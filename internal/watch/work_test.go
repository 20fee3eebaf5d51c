package watch

import (
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/state"
)

// rulesOf are rules of one service.
func rulesOf(t *testing.T, name string, triggers ...types.Trigger) []Rule {
	t.Helper()
	s := built(service(types.Trigger{}), "/context")
	s.Name, s.Config.Develop.Watch = name, triggers
	rules, _, err := Rules([]state.Service{s})
	assert.NilError(t, err)
	return rules
}

func synced(path, target string, ignore ...string) types.Trigger {
	return types.Trigger{Path: path, Target: target, Action: types.WatchActionSync, Ignore: ignore}
}

func TestEveryRuleOfAPathHasItsSay(t *testing.T) {
	reload := types.ServiceHook{Command: types.ShellCommand{"reload"}}
	rules := append(rulesOf(t, "web",
		synced("/src", "/app"),
		types.Trigger{Path: "/src/conf", Target: "/etc/app", Action: types.WatchActionSyncRestart},
		types.Trigger{Path: "/src/conf", Target: "/etc/app", Action: types.WatchActionSyncExec, Exec: reload},
		types.Trigger{Path: "/src/package.json", Action: types.WatchActionRebuild},
	), rulesOf(t, "api", types.Trigger{Path: "/src", Action: types.WatchActionRestart})...)
	assert.DeepEqual(t, Plan(rules, []Change{{Path: "/src/conf/a"}, {Path: "/src/package.json"}, {Path: "/else"}}), []Work{
		{Service: "api", Restart: true},
		{
			Service: "web",
			Copy: []Mapping{
				{"/src/conf/a", "/app/conf/a"}, {"/src/package.json", "/app/package.json"}, {"/src/conf/a", "/etc/app/a"},
			},
			Restart: true, Rebuild: true, Exec: []types.ServiceHook{reload},
		},
	})
	assert.Equal(t, len(Plan(rules, []Change{{Path: "/else"}})), 0)
}

func TestAFolderThatIsGoneGoesWithAllThatIsInIt(t *testing.T) {
	gone := []Change{{Path: "/src/a", Dir: true, Gone: true}, {Path: "/src/a/b", Dir: true, Gone: true}, {Path: "/src/a/b/c", Gone: true}, {Path: "/src/d", Gone: true}}
	assert.DeepEqual(t, Plan(rulesOf(t, "web", synced("/src", "/app")), gone), []Work{
		{Service: "web", Delete: []string{"/app/a", "/app/d"}},
	})
}

func TestWhatIsIgnoredOutlivesItsFolder(t *testing.T) {
	gone := []Change{{Path: "/src/a", Dir: true, Gone: true}, {Path: "/src/a/b", Dir: true, Gone: true}, {Path: "/src/a/b/c", Gone: true}}
	assert.DeepEqual(t, Plan(rulesOf(t, "web", synced("/src", "/app", "**/node_modules")), gone), []Work{
		{Service: "web", Delete: []string{"/app/a/b/c"}, Prune: []string{"/app/a/b", "/app/a"}},
	})
}

func TestATargetIsNeverDeletedAsAWhole(t *testing.T) {
	gone := []Change{{Path: "/src", Dir: true, Gone: true}, {Path: "/src/a", Gone: true}}
	assert.DeepEqual(t, Plan(rulesOf(t, "web", synced("/src", "/")), gone), []Work{{Service: "web", Delete: []string{"/a"}}})
}

func TestAFolderThatIsAFileNowIsDeletedFirst(t *testing.T) {
	changes := []Change{{Path: "/src/a", Replaced: true}, {Path: "/src/a/b", Gone: true}}
	assert.DeepEqual(t, Plan(rulesOf(t, "web", synced("/src", "/app")), changes), []Work{
		{Service: "web", Delete: []string{"/app/a"}, Copy: []Mapping{{"/src/a", "/app/a"}}},
	})
}
