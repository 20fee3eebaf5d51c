package watch

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/engine/memory"
	"github.com/stackctl/stack/state"
)

// bench is a watcher of service web on an engine in memory, on virtual time. What
// changes is told by hand.
type bench struct {
	t      *testing.T
	dir    string
	engine engine.Engine
	w      *watcher

	mu    sync.Mutex
	heard []string
	fail  error         // of what takes longer
	next  Setup         // of a reload
	takes time.Duration // to apply it
}

func (b *bench) Say(text string)  { b.hear(text) }
func (b *bench) Warn(text string) { b.hear("warning: " + text) }
func (b *bench) Output(c state.Container, text string) {
	b.hear(c.Name + " | " + strings.TrimSpace(text))
}
func (b *bench) Restart(_ context.Context, services []string) error {
	return b.hear("restart " + strings.Join(services, " "))
}

func (b *bench) Rebuild(_ context.Context, services []string) error {
	time.Sleep(time.Minute)
	return b.hear("rebuild " + strings.Join(services, " "))
}

func (b *bench) Reload(context.Context) (Setup, func(context.Context) error, error) {
	return b.next, func(context.Context) error {
		time.Sleep(b.takes)
		return nil
	}, b.hear("reload")
}

func (b *bench) hear(text string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.heard = append(b.heard, text)
	return b.fail
}

// said is what was heard since the last time.
func (b *bench) said() []string {
	time.Sleep(2 * time.Second)
	synctest.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	defer func() { b.heard = nil }()
	return slices.Clone(b.heard)
}

// onBench runs a test with two containers of web.
func onBench(t *testing.T, triggers func(dir string) []types.Trigger, test func(b *bench)) {
	dir := resolved(t.TempDir())
	synctest.Test(t, func(t *testing.T) {
		m := memory.New(memory.Options{Images: map[string]memory.Image{"app": {Present: true}}})
		b := &bench{t: t, dir: dir, engine: m.Engine()}
		b.start(1)
		b.start(2)
		s := built(service(types.Trigger{}), dir)
		s.Config.Develop.Watch = triggers(dir)
		rules, _, err := Rules([]state.Service{s})
		assert.NilError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		b.w = newWatcher(Options{
			Name: "shop", Engine: b.engine, Project: b, Voice: b,
			Setup: Setup{Rules: rules, Sources: []string{filepath.Join(dir, "compose.yaml")}},
		})
		b.w.listen = func(Setup, func(Change), func(string)) (func(context.Context), error) {
			return func(ctx context.Context) { <-ctx.Done() }, nil
		}
		assert.NilError(t, b.w.start(ctx))
		assert.DeepEqual(t, b.said(), []string{"Watch enabled"})
		test(b)
		cancel()
		b.w.running.Wait()
		assert.DeepEqual(t, b.said(), []string{"Watch disabled"})
	})
}

func name(number int) string { return "shop-web-" + strconv.Itoa(number) }

func (b *bench) start(number int) {
	b.t.Helper()
	spec := state.ContainerSpec{
		Name: name(number), Project: "shop", Service: "web", Number: number,
		Labels: map[string]string{
			state.LabelProject: "shop", state.LabelService: "web", state.LabelNumber: strconv.Itoa(number), state.LabelOneOff: "False",
		},
		Config: types.ServiceConfig{Name: "web", ContainerSpec: types.ContainerSpec{Image: "app", Command: types.ShellCommand{"sleep", "infinity"}}},
	}
	_, err := b.engine.CreateContainer(b.t.Context(), spec, nil)
	assert.NilError(b.t, err)
	assert.NilError(b.t, b.engine.StartContainer(b.t.Context(), spec.Name))
}

func (b *bench) replace(number int) {
	b.t.Helper()
	assert.NilError(b.t, b.engine.RemoveContainer(b.t.Context(), name(number), state.RemoveOptions{Force: true}))
	b.start(number)
}

// change writes files, or removes those without content, and tells it.
func (b *bench) change(files map[string]string) {
	b.t.Helper()
	for name, content := range files {
		path := filepath.Join(b.dir, name)
		assert.NilError(b.t, os.MkdirAll(filepath.Dir(path), 0o755))
		if content == "" {
			assert.NilError(b.t, os.RemoveAll(path))
		} else {
			assert.NilError(b.t, os.WriteFile(path, []byte(content), 0o600))
		}
		b.w.changes <- Change{Path: path, Gone: content == ""}
	}
}

// has is what is in a file of a container.
func (b *bench) has(number int, file string) string {
	b.t.Helper()
	text, err := readFile(b.t.Context(), b.engine, name(number), file)
	assert.NilError(b.t, err)
	return text
}

func syncs(dir string) []types.Trigger {
	return []types.Trigger{synced(filepath.Join(dir, "src"), "/app")}
}

func TestFilesGoToEveryReplica(t *testing.T) {
	onBench(t, syncs, func(b *bench) {
		b.change(map[string]string{"src/a": "1", "src/b": "2", "else": "3"})
		assert.DeepEqual(t, b.said(), []string{`Syncing service "web" after 2 changes were detected`})
		for n := range 2 {
			assert.Equal(t, b.has(n+1, "/app/a")+b.has(n+1, "/app/b"), "12")
		}
		b.change(map[string]string{"src/a": "", "src/b": "3"})
		assert.DeepEqual(t, b.said(), []string{`Syncing service "web" after 2 changes were detected`})
		assert.Equal(t, b.has(2, "/app/a")+b.has(2, "/app/b"), "3")
	})
}

func TestAContainerThatComesLaterGetsWhatChanged(t *testing.T) {
	onBench(t, syncs, func(b *bench) {
		b.change(map[string]string{"src/a": "1"})
		b.said()
		b.start(3)
		b.replace(1)
		assert.Equal(t, len(b.said()), 0)
		assert.Equal(t, b.has(1, "/app/a")+b.has(2, "/app/a")+b.has(3, "/app/a"), "111")
	})
}

func TestWhatWasStartedWithoutAChangeIsRestarted(t *testing.T) {
	restarts := func(dir string) []types.Trigger {
		return []types.Trigger{
			{Path: filepath.Join(dir, "conf"), Target: "/conf", Action: types.WatchActionSyncRestart},
			{Path: filepath.Join(dir, "pkg"), Action: types.WatchActionRebuild},
		}
	}
	onBench(t, restarts, func(b *bench) {
		b.change(map[string]string{"conf/a": "1"})
		assert.DeepEqual(t, b.said(), []string{`Syncing service "web" after 1 changes were detected`, "restart web", `service(s) ["web"] restarted`})
		b.replace(1)
		assert.DeepEqual(t, b.said(), []string{"restart web", `service(s) ["web"] restarted`})
		assert.Equal(t, b.has(1, "/conf/a"), "1")

		// An image that is built has it. What changes meanwhile, it has not.
		b.change(map[string]string{"pkg": "1"})
		assert.DeepEqual(t, b.said(), []string{`Rebuilding service(s) ["web"] after changes were detected...`})
		b.replace(1)
		assert.Equal(t, len(b.said()), 0)
		time.Sleep(time.Minute)
		assert.DeepEqual(t, b.said(), []string{"rebuild web", `service(s) ["web"] successfully built`})
		assert.Equal(t, b.has(1, "/conf/a"), "1")
	})
}

func TestABuildThatFailsLeavesEverything(t *testing.T) {
	rebuilds := func(dir string) []types.Trigger {
		return []types.Trigger{synced(dir, "/app"), {Path: filepath.Join(dir, "pkg"), Action: types.WatchActionRebuild}}
	}
	onBench(t, rebuilds, func(b *bench) {
		b.fail = errors.New("boom")
		b.change(map[string]string{"pkg": "1"})
		b.said()
		b.change(map[string]string{"a": "2"}) // goes to what runs, at once
		b.said()
		assert.Equal(t, b.has(1, "/app/pkg")+b.has(2, "/app/a"), "12")
		b.change(map[string]string{"pkg": "2"})
		time.Sleep(time.Minute)
		assert.DeepEqual(t, b.said(), []string{
			`Syncing service "web" after 1 changes were detected`, "rebuild web", `warning: rebuild of service(s) ["web"]: boom`,
			`Rebuilding service(s) ["web"] after changes were detected...`,
		})
		time.Sleep(time.Minute)
		b.said()
	})
}

func TestACommandRunsOnceABatchInEveryReplica(t *testing.T) {
	says := "hello"
	execs := func(dir string) []types.Trigger {
		hook := types.ServiceHook{Command: types.ShellCommand{"echo", says}, Environment: types.MappingWithEquals{"X": &says, "Y": nil}}
		fails := types.ServiceHook{Command: types.ShellCommand{"false"}}
		return []types.Trigger{
			{Path: filepath.Join(dir, "src"), Target: "/app", Action: types.WatchActionSyncExec, Exec: hook},
			{Path: filepath.Join(dir, "bad"), Target: "/bad", Action: types.WatchActionSyncExec, Exec: fails},
		}
	}
	onBench(t, execs, func(b *bench) {
		b.change(map[string]string{"src/a": "1", "src/b": "1"})
		said := b.said()
		slices.Sort(said[1:])
		assert.DeepEqual(t, said, []string{`Syncing service "web" after 2 changes were detected`, "shop-web-1 | hello", "shop-web-2 | hello"})
		b.change(map[string]string{"bad/a": "1"})
		assert.Check(t, slices.Contains(b.said(), `warning: exec ["false"] in container shop-web-1 exited with code 1`))
	})
}

func TestAChangedComposeFileBringsItsRules(t *testing.T) {
	onBench(t, syncs, func(b *bench) {
		b.fail = errors.New("broken")
		b.change(map[string]string{"compose.yaml": "1"})
		assert.DeepEqual(t, b.said(), []string{
			"Applying the compose file after changes were detected...", "reload", "warning: broken\nwatching goes on by what was there before",
		})
		b.fail = nil
		b.next = Setup{Rules: rulesOf(t, "web", synced(filepath.Join(b.dir, "other"), "/other")), Sources: b.w.Sources}
		b.takes = time.Minute
		b.change(map[string]string{"compose.yaml": "2"})
		assert.DeepEqual(t, b.said(), []string{"Applying the compose file after changes were detected...", "reload"})
		b.change(map[string]string{"other/early": "1"})
		time.Sleep(time.Minute)
		assert.DeepEqual(t, b.said(), []string{`Syncing service "web" after 1 changes were detected`, "compose file applied"})
		b.change(map[string]string{"src/a": "1", "other/a": "2"})
		assert.DeepEqual(t, b.said(), []string{`Syncing service "web" after 1 changes were detected`})
		assert.Equal(t, b.has(1, "/app/a")+b.has(1, "/other/early")+b.has(1, "/other/a"), "12")
	})
}

// refusing is an engine that takes no files.
type refusing struct{ engine.Engine }

func (refusing) CopyTo(_ context.Context, _, _ string, from io.Reader, _ state.ExtractOptions) error {
	_, _ = io.Copy(io.Discard, from)
	return errors.New("container rootfs is marked read-only")
}

func TestWhatFailedOnceIsCopiedWithTheNextBatch(t *testing.T) {
	onBench(t, syncs, func(b *bench) {
		b.w.syncer.engine = refusing{b.engine}
		b.change(map[string]string{"src/a": "1"})
		refused := "warning: container rootfs is marked read-only"
		assert.DeepEqual(t, b.said(), []string{`Syncing service "web" after 1 changes were detected`, refused, refused})
		b.w.syncer.engine = b.engine
		b.change(map[string]string{"src/b": "2"})
		assert.DeepEqual(t, b.said(), []string{`Syncing service "web" after 1 changes were detected`})
		assert.Equal(t, b.has(1, "/app/a")+b.has(2, "/app/b"), "12")
	})
}

func TestFilesOfARuleWithInitialSyncAreThereAtFirst(t *testing.T) {
	initial := func(dir string) []types.Trigger {
		assert.NilError(t, os.MkdirAll(filepath.Join(dir, "src/deep/skip"), 0o755))
		for _, name := range []string{"src/a", "src/deep/b", "src/deep/skip/c"} {
			assert.NilError(t, os.WriteFile(filepath.Join(dir, name), []byte(name), 0o600))
		}
		trigger := synced(filepath.Join(dir, "src"), "/app", "**/skip")
		trigger.InitialSync = true
		return []types.Trigger{trigger}
	}
	onBench(t, initial, func(b *bench) {
		assert.Equal(t, b.has(1, "/app/a")+b.has(2, "/app/deep/b")+b.has(1, "/app/deep/skip/c"), "src/asrc/deep/b")
		b.start(3)
		b.said()
		assert.Equal(t, b.has(3, "/app/a"), "src/a")
	})
}
