package terminal

import (
	"io"
	"sync"
	"time"
)

// again is how soon the footer is drawn after what took its place.
const again = 40 * time.Millisecond

// eraseLine clears the line that the cursor is in, and goes to its beginning.
const eraseLine = "\r\x1b[2K"

// Footer is a line below all that is written to a terminal. What is written
// takes its place, and it comes back a moment later, not with every line.
type Footer struct {
	out  io.Writer
	text func() string

	mu      sync.Mutex
	drawn   bool
	midline bool // what was written last has no end of line
	closed  bool
	due     bool // it will be drawn
	timer   *time.Timer
}

// NewFooter draws what text returns, which has to fit a line. It is closed
// before anything else is done with the terminal.
func NewFooter(out io.Writer, text func() string) *Footer {
	f := &Footer{out: out, text: text}
	f.timer = time.AfterFunc(0, f.draw)
	return f
}

// Above is a writer to the same terminal that gets the footer out of the way.
func (f *Footer) Above(w io.Writer) io.Writer { return above{f, w} }

type above struct {
	footer *Footer
	to     io.Writer
}

// Write writes above the footer.
func (a above) Write(part []byte) (int, error) {
	f := a.footer
	f.mu.Lock()
	defer f.mu.Unlock()
	f.erase()
	n, err := a.to.Write(part)
	if n > 0 {
		f.midline = part[n-1] != '\n'
	}
	if !f.closed && !f.due {
		f.due = true
		f.timer.Reset(again)
	}
	return n, err
}

// Redraw draws a footer whose text has changed.
func (f *Footer) Redraw() {
	f.mu.Lock()
	f.erase()
	f.mu.Unlock()
	f.draw()
}

func (f *Footer) draw() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.due = false
	if f.closed || f.drawn || f.midline {
		return
	}
	_, err := io.WriteString(f.out, f.text())
	f.drawn = err == nil
}

func (f *Footer) erase() {
	if f.drawn {
		_, _ = io.WriteString(f.out, eraseLine) // a terminal that is gone needs it no more
		f.drawn = false
	}
}

// Close takes the footer away. Writers above it go on without it.
func (f *Footer) Close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.erase()
	f.closed = true
	f.timer.Stop()
}
