package e2e_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/e2e/driver"
)

// numbersIn checks that lines are "NAME  | line N" with N from first to last
// for each of the names, whatever comes between them.
func numbersIn(t *testing.T, text string, first, last int, names ...string) {
	t.Helper()
	next := map[string]int{}
	for line := range strings.Lines(text) {
		name, rest, found := strings.Cut(strings.TrimSuffix(line, "\n"), " | ")
		name = strings.TrimSpace(name)
		if !found {
			continue // the end of a container
		}
		if want := fmt.Sprintf("line %d", first+next[name]); rest != want {
			t.Fatalf("%s: expected %q, found %q", name, want, rest)
		}
		next[name]++
	}
	assert.Equal(t, len(next), len(names), "%v", next)
	for _, name := range names {
		assert.Equal(t, next[name], last-first+1, name)
	}
}

// ended waits until all containers of the project have.
func (p *project) ended() {
	p.t.Helper()
	driver.Eventually(p.t, "the end of all containers", func() bool {
		for _, c := range p.containers() {
			if c.State != "exited" {
				return false
			}
		}
		return true
	})
}

// lineReader reads what a running stack prints, line by line.
func (p *project) lineReader(args ...string) (*exec.Cmd, *bufio.Reader) {
	p.t.Helper()
	c := p.command(args...)
	out, err := c.StdoutPipe()
	assert.NilError(p.t, err)
	assert.NilError(p.t, c.Start())
	p.t.Cleanup(func() { c.Process.Kill() })
	return c, bufio.NewReader(out)
}

// peak is the most memory that a running process has had, in KiB. Who has ended
// is said to have had that of who started it, too.
func peak(t *testing.T, c *exec.Cmd) (kib int) {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.Process.Pid))
	assert.NilError(t, err)
	_, rest, found := strings.Cut(string(status), "VmHWM:")
	assert.Assert(t, found, "it has ended:\n%s", status)
	_, err = fmt.Sscan(rest, &kib)
	assert.NilError(t, err)
	return kib
}

const most = 50 << 10 // KiB

// TestLogsOf300000Lines reads them through a pipe, and looks at the memory where
// more are left than the pipe holds.
func TestLogsOf300000Lines(t *testing.T) {
	const lines = 300_000
	p := newProject(t, fmt.Sprintf(`{services: {big: {image: stack-e2e/dummy, command: [lines, "%d"], logging: {driver: local}}}}`, lines))
	p.ok("up", "-d")
	p.ended()
	c, out := p.lineReader("logs")
	for n := 1; n <= lines; n++ {
		line, err := out.ReadString('\n')
		assert.NilError(t, err)
		if line != fmt.Sprintf("big-1  | line %d\n", n) {
			t.Fatalf("expected line %d, found %q", n, line)
		}
		if n == lines-20_000 {
			assert.Assert(t, peak(t, c) < most, "%d KiB", peak(t, c))
			t.Logf("at most %d MiB", peak(t, c)>>10)
		}
	}
	_, err := out.ReadString('\n')
	assert.ErrorIs(t, err, io.EOF)
	assert.NilError(t, c.Wait())
}

func TestLogsOfSeveralContainersAreWholeAndInOrder(t *testing.T) {
	p := newProject(t, `{services: {a: {image: stack-e2e/dummy, command: [lines, "5000"], scale: 3}, b: {image: stack-e2e/dummy, command: [lines, "5000"]}}}`)
	p.ok("create")
	follow := p.begin("logs", "-f") // it waits for them to start
	p.ok("up", "-d")
	p.ended()
	assert.Equal(t, follow.end(), 0)
	all := []string{"a-1", "a-2", "a-3", "b-1"}
	numbersIn(t, follow.stdout.String(), 1, 5000, all...)
	numbersIn(t, p.ok("logs").Stdout, 1, 5000, all...)
	numbersIn(t, p.ok("logs", "--tail", "1000").Stdout, 4001, 5000, all...)
	numbersIn(t, p.ok("logs", "-n", "7", "b").Stdout, 4994, 5000, "b-1")
	numbersIn(t, p.ok("logs", "--index", "2", "a").Stdout, 1, 5000, "a-2")
	assert.Equal(t, p.ok("logs", "--tail", "0").Stdout, "")
}

// TestLogsBetweenTwoTimes cuts where the engine's own timestamps say.
func TestLogsBetweenTwoTimes(t *testing.T) {
	p := newProject(t, `{services: {a: {image: stack-e2e/dummy, command: [lines, "3000"]}}}`)
	p.ok("up", "-d")
	p.ended()
	stamped := regexp.MustCompile(`(?m)^a-1  \| (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z) line (\d+)$`)
	all := stamped.FindAllStringSubmatch(p.ok("logs", "-t").Stdout, -1)
	assert.Equal(t, len(all), 3000)
	since, until := all[1000][1], all[2000][1]
	want := 0
	for _, line := range all {
		if line[1] >= since && line[1] <= until {
			want++
		}
	}
	between := strings.Count(p.ok("logs", "--since", since, "--until", until).Stdout, "| line ")
	assert.Assert(t, between >= want-1 && between <= want, "%d lines, expected %d", between, want) // engines differ on the last instant
	assert.Equal(t, p.ok("logs", "--until", "2001-01-01T00:00:00Z").Stdout, "")
	assert.Equal(t, strings.Count(p.ok("logs", "--since", "10m").Stdout, "| line "), 3000)
}

// TestLogsKeepWhatWasPrinted is about lines that an engine stores in parts, bytes
// that are no text, and a last line without an end.
func TestLogsKeepWhatWasPrinted(t *testing.T) {
	p := newProject(t, `
services:
  long: # in the engine's own format, bytes have to be text
    image: busybox
    command: [sh, -c, "head -c 100000 /dev/zero | tr '\\0' x; echo; head -c 3000000 /dev/zero | tr '\\0' y; echo"]
  odd:
    image: busybox
    command: [sh, -c, "printf 'a\\377\\000\\001b\\r\\n\\n'; echo to stderr >&2; printf 'no end'"]
    logging: {driver: local}
`)
	p.ok("up", "-d")
	p.ended()
	long := strings.Repeat("x", 100_000) + "\n" + strings.Repeat("y", 3_000_000) + "\n"
	odd := "a\xff\x00\x01b\r\n\nto stderr\nno end\n" // stderr is stored apart: it may come in another place
	r := p.ok("logs", "--no-log-prefix")
	assert.Equal(t, r.Stderr, "")
	sorted := func(text string) []string { return slices.Sorted(strings.Lines(text)) }
	assert.Assert(t, slices.Equal(sorted(r.Stdout), sorted(long+odd)), "%d bytes, expected %d", len(r.Stdout), len(long+odd))
	for service, want := range map[string]string{"long": long, "odd": odd} {
		follow := p.begin("logs", "--no-log-prefix", "-f", service) // all have ended: it waits for the next run
		driver.Eventually(t, "all lines of "+service, func() bool { return len(follow.stdout.String()) >= len(want) })
		follow.signal(syscall.SIGINT)
		assert.Equal(t, follow.end(), 130)
		assert.Assert(t, slices.Equal(sorted(follow.stdout.String()), sorted(want)))
	}
}

// TestASlowReaderHoldsTheEngineUpAndNotTheMemory reads a few lines, and no more
// until the container has printed 16 MiB.
func TestASlowReaderHoldsTheEngineUpAndNotTheMemory(t *testing.T) {
	const text = "0123456789abcdef0123456789abcdef\n"
	p := newProject(t, `{services: {big: {image: busybox, command: [sh, -c, "yes 0123456789abcdef0123456789abcdef | head -n 500000"], logging: {driver: local}}}}`)
	p.ok("up", "-d")
	c, out := p.lineReader("logs", "-f", "--no-log-prefix")
	for n := range 10_000 {
		line, err := out.ReadString('\n')
		assert.NilError(t, err)
		assert.Equal(t, line, text)
		if n == 10 {
			p.ended()
			assert.Assert(t, peak(t, c) < most, "%d KiB", peak(t, c))
		}
	}
}
