package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"go.uber.org/goleak"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/internal/cli"
)

// terminal runs stack in this process, in a folder of its own with the engine
// in memory.
type terminal struct {
	dir     string
	signals chan os.Signal
	out     watchedBuffer
	err     watchedBuffer
}

func newTerminal(t *testing.T, files map[string]string) *terminal {
	t.Helper()
	// Registered first, it looks when everything else is over.
	t.Cleanup(func() { goleak.VerifyNone(t) })
	term := &terminal{dir: t.TempDir(), signals: make(chan os.Signal, 2)}
	for name, text := range files {
		assert.NilError(t, os.WriteFile(filepath.Join(term.dir, name), []byte(text), 0o600))
	}
	return term
}

func (t *terminal) run(args ...string) int {
	return cli.Main(args, cli.Process{
		In: strings.NewReader(""), Out: &t.out, Err: &t.err, Dir: t.dir, Signals: t.signals, Version: "v1.2.3",
		Environ: []string{"STACK_ENGINE=memory", "HOME=" + t.dir},
	})
}

const webOnly = "name: shop\nservices:\n  web: {image: nginx, command: sh -c 'echo hello; sleep 1000'}\n"

func TestWrongFlagsAreErrors(t *testing.T) {
	term := newTerminal(t, map[string]string{"compose.yaml": webOnly})
	for _, c := range []struct{ args, message string }{
		{"up --build --no-build", "--build and --no-build are incompatible"},
		{"up --force-recreate --no-recreate", "--force-recreate and --no-recreate are incompatible"},
		{"up --always-recreate-deps --no-recreate", "--always-recreate-deps and --no-recreate are incompatible"},
		{"up -V --no-recreate", "--no-recreate and --renew-anon-volumes are incompatible"},
		{"up --wait --abort-on-container-exit", "--wait cannot be combined with --abort-on-container-exit, --attach or --attach-dependencies"},
		{"up -d --exit-code-from web", "--detach cannot be combined with --abort-on-container-exit"},
		{"up --abort-on-container-exit --abort-on-container-failure", "--abort-on-container-failure cannot be combined with --abort-on-container-exit"},
		{"up --attach web --attach-dependencies", "cannot combine --attach and --attach-dependencies"},
		{"up --pull sometimes", `invalid --pull option "sometimes": it is one of always, missing, never, build`},
		{"up --scale web", `invalid --scale option "web". Should be SERVICE=NUM`},
		{"up --scale web=-1", "Should be SERVICE=NUM"},
		{"up --scale nobody=2", "no such service: nobody"},
		{"up --probe never", `unknown --probe value "never": it is eager or engine`},
		{"up --watch", "none of the selected services is configured for watch"},
		{"up -d --menu", "--detach cannot be combined with --menu"},
		{"up --wait-timeout -1", "--wait-timeout must not be negative"},
		{"up --fly", "unknown flag: --fly\n"},
		{"up -d --progress quiet", "unknown flag: --progress: it stands before the command: stack --progress … up\n"},
		{"up --plan p.json web", "--plan cannot be combined with services: the saved plan has its own"},
		{"up --plan p.json --force-recreate", "--plan cannot be combined with --force-recreate: give it to 'stack plan'"},
		{"up --plan p.json", "saved plan: open"},
		{"up --plan compose.yaml", "expected what 'stack plan --out' wrote"},
		{"down --rmi some", `invalid value for --rmi: "some": it is local or all`},
		{"down nobody", "no such service: nobody"},
		{"ps --filter name=x", "unknown filter name"},
		{"ps --filter x", "arguments to --filter should be in form KEY=VAL"},
		{"logs --index 2", "--index requires one service to be selected"},
		{"logs --tail many", "invalid value for --tail"},
		{"plan --format xml", `--format value "xml" could not be parsed: it is text or json`},
		{"dwn", `unknown command "dwn": did you mean down`},
		{"version web", `unknown command "web" for "stack version"`},
		{"--engine vmware ps", `unknown engine "vmware": it is docker, swarm or memory`},
		{"--progress loud up -d", `--progress: unknown progress mode "loud"`},
		{"--ansi never --progress tty up -d", "can't use --progress tty while ANSI support is disabled"},
		{"--ansi always --progress plain up -d", "can't use --progress plain while ANSI support is forced"},
		{"--ansi maybe ps", `unknown --ansi value "maybe"`},
		{"--no-ansi --ansi always ps", `cannot specify DEPRECATED "--no-ansi" and "--ansi"`},
		{"--workdir . --project-directory . ps", `cannot specify DEPRECATED "--workdir" and "--project-directory"`},
	} {
		term.err.Reset()
		assert.Check(t, term.run(strings.Fields(c.args)...) == 1, c.args)
		text := term.err.String()
		assert.Check(t, strings.Contains(text, "Error:") && strings.Contains(text, c.message), "%s: %s", c.args, text)
	}
	assert.Equal(t, term.out.String(), "")
}

func TestSIGTERMStopsAnAttachedUp(t *testing.T) {
	term := newTerminal(t, map[string]string{"compose.yaml": webOnly})
	code := make(chan int, 1)
	go func() { code <- term.run("up") }()
	term.out.await("web-1  | hello")
	term.signals <- syscall.SIGTERM
	assert.Equal(t, <-code, 128+int(syscall.SIGTERM))
	assert.Assert(t, strings.Contains(term.out.String(), "web-1 exited with code 143"))
	assert.Assert(t, strings.Contains(term.err.String(), "Gracefully stopping"))
	assert.Assert(t, !strings.Contains(term.err.String(), "Error"))
}

func TestTheSecondSignalKills(t *testing.T) {
	slow := strings.Replace(webOnly, "{image", `{stop_grace_period: 1h, labels: {dev.stack.memory.stop-takes: 1h}, image`, 1)
	term := newTerminal(t, map[string]string{"compose.yaml": slow})
	code := make(chan int, 1)
	go func() { code <- term.run("up") }()
	term.out.await("web-1  | hello")
	term.signals <- os.Interrupt
	term.err.await("Container shop-web-1 Stopping")
	term.signals <- os.Interrupt
	assert.Equal(t, <-code, 130)
	term.out.Reset()
	assert.Equal(t, term.run("ps", "-a", "--format", "{{.State}} {{.ExitCode}}"), 0)
	assert.Equal(t, term.out.String(), "exited 137\n")
}

func TestASignalEndsAFollower(t *testing.T) {
	term := newTerminal(t, map[string]string{"compose.yaml": webOnly})
	assert.Equal(t, term.run("up", "-d"), 0)
	code := make(chan int, 1)
	go func() { code <- term.run("logs", "-f") }()
	term.out.await("web-1  | hello")
	term.signals <- os.Interrupt
	assert.Equal(t, <-code, 130)
	assert.Assert(t, !strings.Contains(term.err.String(), "Error"))
}

func TestAnInterruptedUpIsFinishedByTheNext(t *testing.T) {
	files := map[string]string{"compose.yaml": `name: shop
services:
  db:
    image: db
    labels: {dev.stack.memory.never-healthy: "${NEVER:-true}"}
    healthcheck: {test: [CMD, ready], interval: 1h}
  web: {image: web, depends_on: {db: {condition: service_healthy}}}
`}
	for _, attached := range []bool{false, true} {
		term := newTerminal(t, files)
		args := []string{"up", "-d"}
		if attached {
			args = args[:1]
		}
		code := make(chan int, 1)
		go func() { code <- term.run(args...) }()
		term.err.await("Container shop-db-1 Waiting")
		term.signals <- os.Interrupt
		assert.Equal(t, <-code, 130)
		term.out.Reset()
		assert.Equal(t, term.run("ps", "--services"), 0)
		assert.Equal(t, term.out.String() == "db\n", !attached, "an attached up takes down what it started")
		assert.NilError(t, os.WriteFile(filepath.Join(term.dir, ".env"), []byte("NEVER=false\n"), 0o600))
		assert.Equal(t, term.run("up", "-d", "--wait"), 0, "%s", term.err.String())
	}
}

func TestSignalsArePassedOnToARun(t *testing.T) {
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"run", "--rm", "--name", "one", "web", "sh", "-c", "echo begun; sleep 1000"}, "begun"},
		{[]string{"attach", "--no-stdin", "talker"}, "again"},
	} {
		term := newTerminal(t, map[string]string{"compose.yaml": `name: shop
services:
  web: {image: web}
  talker: {image: web, command: sh -c 'sleep 1; echo again; sleep 1000'}
`})
		assert.Equal(t, term.run("up", "-d", "talker"), 0)
		code := make(chan int, 1)
		go func() { code <- term.run(c.args...) }()
		term.out.await(c.says)
		term.signals <- syscall.SIGTERM
		assert.Equal(t, <-code, 143)
		assert.Assert(t, !strings.Contains(term.err.String(), "Error"))
		term.out.Reset()
		assert.Equal(t, term.run("ps", "-a", "--format", "{{.Name}}"), 0)
		assert.Equal(t, term.out.String(), "shop-talker-1\n", "what --rm has removed is gone")
	}
}

func TestASignalLeavesWhatExecHasStarted(t *testing.T) {
	term := newTerminal(t, map[string]string{"compose.yaml": webOnly})
	assert.Equal(t, term.run("up", "-d"), 0)
	code := make(chan int, 1)
	go func() { code <- term.run("exec", "web", "sh", "-c", "echo begun; sleep 1000") }()
	term.out.await("begun")
	term.signals <- os.Interrupt
	assert.Equal(t, <-code, 130)
	assert.Assert(t, !strings.Contains(term.err.String(), "Error"))
}

// A run that waits for its program does not hold up another one.
func TestRunsDoNotWaitForEachOther(t *testing.T) {
	term := newTerminal(t, map[string]string{"compose.yaml": webOnly})
	code := make(chan int, 1)
	go func() { code <- term.run("run", "--rm", "web", "sh", "-c", "echo begun; sleep 1000") }()
	term.out.await("begun")
	assert.Equal(t, term.run("--lock-timeout", "0", "run", "--rm", "web", "echo", "second"), 0)
	term.out.await("second")
	term.signals <- os.Interrupt
	assert.Equal(t, <-code, 130)
}
