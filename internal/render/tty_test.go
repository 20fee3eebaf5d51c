package render

import (
	"bytes"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/stackctl/stack/event"
	"github.com/stackctl/stack/planner"
)

// screen is a terminal that keeps what was written to it, and how often.
type screen struct {
	mu     sync.Mutex
	text   bytes.Buffer
	writes int
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writes++
	return s.text.Write(p)
}

func TestTTYShowsARun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		out := &screen{}
		p := NewProgress(TTY, runPlan(), Options{Out: out, Size: func() (int, int) { return 100, 20 }})
		for _, e := range recorded(t) {
			at := e.Time.Sub(noon())
			time.Sleep(at - time.Since(began))
			e.Time = time.Now()
			p.Event(e)
		}
		p.Done(errRun.ErrorOrNil())

		elapsed := time.Since(began)
		assert.Assert(t, out.writes <= int(elapsed/redrawEvery)+2, "%d writes in %s", out.writes, elapsed)
		text := out.text.String()
		assert.Assert(t, strings.HasPrefix(text, "\x1b[?25l"))
		assert.Assert(t, strings.HasSuffix(text, "\x1b[?25h"))
		golden.Assert(t, strings.Join(displayed(text), "\n")+"\n", "run-tty.txt")
	})
}

// displayed is what a terminal shows after text was written to it: enough of
// one for what the live view writes.
func displayed(text string) []string {
	lines, at := []string{""}, 0
	for text != "" {
		switch {
		case strings.HasPrefix(text, "\n"):
			at++
			for len(lines) <= at {
				lines = append(lines, "")
			}
			text = text[1:]
		case strings.HasPrefix(text, "\r"):
			lines[at] = ""
			text = text[1:]
		case text[0] == 0x1b:
			n := escapeLength(text)
			switch sequence := text[2:n]; {
			case strings.HasSuffix(sequence, "A"):
				up := 0
				for _, digit := range strings.TrimSuffix(sequence, "A") {
					up = up*10 + int(digit-'0')
				}
				at -= up
			case sequence == "J":
				lines = append(lines[:at], "")
			}
			text = text[n:]
		default:
			r := []rune(text[:min(len(text), 4)])[0]
			lines[at] += string(r)
			text = text[len(string(r)):]
		}
	}
	return lines[:len(lines)-1]
}

func TestTTYFollowsASecondPlan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &screen{}
		p := NewProgress(TTY, consentPlan(), Options{Out: out})
		build := event.Event{Node: "build shop-web", Op: "BuildImage", Name: "shop-web"}
		build.Phase, build.Time = event.Started, time.Now()
		p.Event(build)
		time.Sleep(time.Second)
		build.Phase, build.Time = event.Succeeded, time.Now()
		p.Event(build)
		p.Next(mixedPlan())
		p.Done(nil)
		lines := strings.Join(displayed(out.text.String()), "\n")
		assert.Assert(t, strings.Contains(lines, "✔ Image shop-web          Built"), lines)
		assert.Assert(t, strings.Contains(lines, "Container shop-api-1"), lines)
	})
}

func TestTTYOfAPlanThatDoesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &screen{}
		NewProgress(TTY, unchangedPlan(), Options{Out: out}).Done(nil)
		NewProgress(TTY, planner.Plan{Project: "none"}, Options{Out: out}).Done(nil)
		assert.DeepEqual(t, displayed(out.text.String()), []string{
			"shop: 7 unchanged  0.0s", "none: nothing to do  0.0s",
		})
	})
}
