package render

import (
	"io"
	"strings"
	"unicode/utf8"
)

// Folded is a writer for text that is read on a terminal so wide: lines that do
// not fit go on in the next one, between two words and further in, in place of
// where the terminal would cut them. Whole lines are to be written to it.
func Folded(w io.Writer, width int) io.Writer { return folded{w, width} }

type folded struct {
	out   io.Writer
	width int
}

// Write folds the lines of text.
func (f folded) Write(text []byte) (int, error) {
	var all strings.Builder
	for line := range strings.Lines(string(text)) {
		body := strings.TrimSuffix(line, "\n")
		all.WriteString(strings.Join(fold(body, f.width), "\n") + line[len(body):])
	}
	if _, err := io.WriteString(f.out, all.String()); err != nil {
		return 0, err
	}
	return len(text), nil
}

// fold splits a line at spaces into lines that fit. Each keeps the colour that
// the text has there. A word that is too long stays whole.
func fold(line string, width int) []string {
	if cells(printable(line)) <= width {
		return []string{line}
	}
	hang := len(line) - len(strings.TrimLeft(line, " ")) + 2
	if hang > width/2 {
		hang = 2
	}
	var lines []string
	now := folding{started: hang - 2}
	for i := 0; i < len(line); {
		n := escapeLength(line[i:])
		if n > 0 {
			now.style(line[i : i+n])
			i += n
			continue
		}
		r, size := utf8.DecodeRuneInString(line[i:])
		i += size
		now.add(r)
		if now.used > width && now.breaks > 0 {
			lines = append(lines, now.turn(hang))
		}
	}
	return append(lines, now.text)
}

// folding is a line while it is folded.
type folding struct {
	text    string
	used    int // cells
	started int // cells before which nothing is broken
	breaks  int // where the text after the last space begins; 0 is nowhere
	current string
	atBreak string // the colour there
}

// style takes an escape sequence; the one without a colour ends all.
func (f *folding) style(sequence string) {
	f.text += sequence
	f.current = sequence
	if sequence == "\x1b[0m" {
		f.current = ""
	}
}

func (f *folding) add(r rune) {
	f.text += string(r)
	f.used += runeCells(r)
	if r == ' ' && f.used > f.started+1 {
		f.breaks, f.atBreak = len(f.text), f.current
	}
}

// turn is the line up to the last space; what follows begins the next one.
func (f *folding) turn(hang int) string {
	done, rest := strings.TrimRight(f.text[:f.breaks], " "), f.text[f.breaks:]
	if f.atBreak != "" {
		done += "\x1b[0m"
	}
	f.text = strings.Repeat(" ", hang) + f.atBreak + rest
	f.used = cells(printable(f.text))
	f.started, f.breaks = hang, 0
	return done
}
