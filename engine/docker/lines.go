package docker

import (
	"bytes"
	"strings"

	"github.com/stackctl/stack/state"
)

// longLine is how much of a line is waited for. What is longer is given in parts.
const longLine = 1 << 20

// lineWriter makes lines of what is written.
type lineWriter struct {
	each     func(state.LogLine)
	stderr   bool
	framed   bool      // each Write is one entry of the log
	show     bool      // the timestamps
	timed    bool      // each line has its Time
	position *position // nil for a log without timestamps
	pending  bytes.Buffer
	time     string // of what is pending
	open     bool   // a part of the line was given
}

// Write takes the next part of the stream.
func (w *lineWriter) Write(part []byte) (int, error) {
	size := len(part)
	if w.framed && w.position != nil {
		// A long line comes in several entries, each with its time.
		stamp, rest, ok := cutStamp(part)
		if ok && !w.position.pass(stamp) {
			return size, nil
		}
		begun := w.pending.Len() > 0 || w.open
		if ok && (!w.show || begun) {
			part = rest
		}
		if ok && w.timed && !begun {
			w.time = stamp
		}
	}
	for {
		line, rest, found := bytes.Cut(part, []byte{'\n'})
		w.pending.Write(line)
		if !found {
			w.relieve()
			return size, nil
		}
		w.emit()
		part = rest
	}
}

// relieve gives a long line away though it goes on. A terminal's is kept whole:
// only its beginning says when it was.
func (w *lineWriter) relieve() {
	if !w.framed || w.pending.Len() < longLine {
		return
	}
	w.each(state.LogLine{Stderr: w.stderr, Text: w.pending.String(), Time: w.time, Partial: true})
	w.pending.Reset()
	w.open = true
}

func (w *lineWriter) emit() {
	w.open = false
	text := w.pending.String()
	w.pending.Reset()
	if !w.framed {
		text = strings.TrimSuffix(text, "\r") // a terminal ends its lines with both
		if w.position != nil {
			stamp, rest, ok := cutStamp([]byte(text))
			if ok && !w.position.pass(stamp) {
				return
			}
			if ok {
				text = w.terminalLine(stamp, rest)
			}
		}
	}
	w.each(state.LogLine{Stderr: w.stderr, Text: text, Time: w.time})
}

// terminalLine is a terminal's line, of which the time is cut off.
func (w *lineWriter) terminalLine(stamp string, rest []byte) string {
	if w.timed {
		w.time = stamp
	}
	text := string(joinEntries(rest))
	if w.show {
		text = stamp + " " + text
	}
	return text
}

// resume prepares for a second reading. A frame that was taken does not come
// again, the beginning of a terminal's line does.
func (w *lineWriter) resume() {
	if !w.framed {
		w.pending.Reset()
	}
}

// flush ends a last line that has no newline.
func (w *lineWriter) flush() {
	if w.pending.Len() > 0 || w.open {
		w.emit()
	}
}
