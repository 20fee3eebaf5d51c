package provider

import "bytes"

// longestLine is how much of a line is kept.
const longestLine = 4096

// lines calls each for every line that is written and not empty. A line ends
// also where it is drawn anew.
type lines struct {
	each func(text string)
	rest []byte
}

// Write keeps what has no end yet.
func (l *lines) Write(b []byte) (int, error) {
	for _, c := range b {
		switch {
		case c == '\n' || c == '\r':
			l.end()
		case len(l.rest) < longestLine:
			l.rest = append(l.rest, c)
		}
	}
	return len(b), nil
}

func (l *lines) end() {
	if text := bytes.TrimSpace(l.rest); len(text) > 0 {
		l.each(string(text))
	}
	l.rest = l.rest[:0]
}
