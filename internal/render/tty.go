package render

import (
	"bytes"
	"fmt"
	"sync"
	"time"

	"github.com/stackctl/stack/event"
	"github.com/stackctl/stack/planner"
)

// redrawEvery is how long a frame of the live view stays.
const redrawEvery = 80 * time.Millisecond

// tty redraws a view of the run in place.
type tty struct {
	options Options
	stop    chan struct{}
	drawing sync.WaitGroup

	mu    sync.Mutex
	view  *view
	above []string // to print once, above the view
	drawn int      // lines of the view that are on the screen
}

func newTTY(plan planner.Plan, options Options) *tty {
	t := &tty{options: options, stop: make(chan struct{}), view: newView(options.Now())}
	t.view.next(plan)
	t.drawing.Go(t.loop)
	return t
}

func (t *tty) loop() {
	ticker := time.NewTicker(redrawEvery)
	defer ticker.Stop()
	for {
		select {
		case <-t.stop:
			return
		case <-ticker.C:
			t.mu.Lock()
			t.draw()
			t.mu.Unlock()
		}
	}
}

// Event takes an event; it is seen with the next frame.
func (t *tty) Event(e event.Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.view.take(e)
	if e.Phase == event.Warning {
		text := oneLine(e.Detail)
		if e.Name != "" {
			text = t.view.cast.of(e).String() + ": " + text
		}
		t.above = append(t.above, style{t.options.Color}.paint(yellow, "! "+text))
	}
}

// Next goes on with another plan.
func (t *tty) Next(plan planner.Plan) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.view.next(plan)
}

// Done draws the last frame, which stays, and gives the cursor back.
func (t *tty) Done(error) {
	close(t.stop)
	t.drawing.Wait()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.view.ended = t.options.Now()
	t.draw()
	t.write("\x1b[?25h")
}

// draw replaces the last frame by the next one, in one write.
func (t *tty) draw() {
	width, height := t.options.Size()
	// The last column stays empty: some terminals wrap when it is written. So
	// does the last line, on which the cursor is.
	lines := t.view.frame(width-1, height-1, t.options.Now(), style{t.options.Color})
	var out bytes.Buffer
	out.WriteString("\x1b[?25l")
	if t.drawn > 0 {
		fmt.Fprintf(&out, "\x1b[%dA", min(t.drawn, max(1, height-1)))
	}
	for _, line := range append(t.above, lines...) {
		out.WriteString("\r" + line + "\x1b[K\n")
	}
	out.WriteString("\x1b[J")
	t.above, t.drawn = nil, len(lines)
	t.write(out.String())
}

// write prints to the terminal. That it is gone is no reason to end a run.
func (t *tty) write(text string) { _, _ = t.options.Out.Write([]byte(text)) }
