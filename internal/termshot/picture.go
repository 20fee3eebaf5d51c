package main

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Sizes of a cell and of what is around the screen, in pixels.
const (
	cellWidth  = 8
	lineHeight = 18
	margin     = 14
	bar        = 30
)

const css = `text { font: 13px ui-monospace, "SF Mono", Menlo, "DejaVu Sans Mono", monospace; fill: #d1d7e0; white-space: pre }
.title { font: 12px system-ui, "DejaVu Sans", sans-serif; fill: #9198a1; text-anchor: middle }
.window { fill: #0d1117; stroke: #3d444d }
.bold { font-weight: 700; fill: #f0f6fc }
.dim { fill: #7d8590 }
.red { fill: #ff7b72 }
.green { fill: #56d364 }
.yellow { fill: #e3b341 }
.blue { fill: #79c0ff }
.magenta { fill: #d2a8ff }
.cyan { fill: #76e3ea }
`

// picture is a screen as SVG. Trailing empty lines are left out.
func picture(title string, columns int, screen string) string {
	lines := strings.Split(strings.TrimRight(screen, "\n \t"), "\n")
	width, height := 2*margin+columns*cellWidth, bar+margin+len(lines)*lineHeight
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" aria-label="%s">`+"\n",
		width, height, width, height, escape(title))
	fmt.Fprintf(&b, "<title>%s</title>\n<style>\n%s</style>\n", escape(title), css)
	fmt.Fprintf(&b, `<rect class="window" x="0.5" y="0.5" width="%d" height="%d" rx="8"/>`+"\n", width-1, height-1)
	for i, color := range []string{"#ff5f57", "#febc2e", "#28c840"} {
		fmt.Fprintf(&b, `<circle cx="%d" cy="16" r="5" fill="%s"/>`+"\n", 18+17*i, color)
	}
	fmt.Fprintf(&b, `<text class="title" x="%d" y="20">%s</text>`+"\n", width/2, escape(title))
	var now look
	for i, line := range lines {
		y := bar + lineHeight*i + 14
		for _, p := range pieces(line, &now) {
			// The length is given, as fonts differ in the width of what is not ASCII.
			n := utf8.RuneCountInString(p.text)
			fmt.Fprintf(&b, `<text class="%s" x="%d" y="%d" textLength="%d" lengthAdjust="spacingAndGlyphs">%s</text>`+"\n",
				p.class, margin+p.column*cellWidth, y, n*cellWidth, escape(p.text))
		}
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// piece is text of one look, without spaces around it.
type piece struct {
	column int
	class  string
	text   string
}

// pieces splits a line at the sequences that change its look (SGR), and where
// there are two spaces, so that columns stay where they are. The look goes on
// from line to line.
func pieces(line string, now *look) []piece {
	var all []piece
	column := 0
	for line != "" {
		start := strings.Index(line, "\x1b[")
		if start < 0 {
			start = len(line)
		}
		all = append(all, words(line[:start], column, now.class())...)
		column += utf8.RuneCountInString(line[:start])
		if start == len(line) {
			break
		}
		end := strings.IndexByte(line[start:], 'm')
		if end < 0 {
			break
		}
		*now = now.after(line[start+2 : start+end])
		line = line[start+end+1:]
	}
	return all
}

func words(text string, column int, class string) []piece {
	var all []piece
	for text != "" {
		trimmed := strings.TrimLeft(text, " ")
		column += len(text) - len(trimmed)
		word, _, _ := strings.Cut(trimmed, "  ")
		text = trimmed[len(word):]
		if word = strings.TrimRight(word, " "); word != "" {
			all = append(all, piece{column, class, word})
		}
		column += utf8.RuneCountInString(trimmed) - utf8.RuneCountInString(text)
	}
	return all
}

// look is how text looks: its colour counts, or else its weight.
type look struct{ color, weight string }

func (l look) class() string { return cmp.Or(l.color, l.weight) }

// after is the look after a sequence.
func (l look) after(codes string) look {
	for code := range strings.SplitSeq(codes, ";") {
		switch code {
		case "", "0":
			l = look{}
		case "1":
			l.weight = "bold"
		case "2":
			l.weight = "dim"
		case "22":
			l.weight = ""
		case "39":
			l.color = ""
		default:
			if color, known := colors[code]; known {
				l.color = color
			}
		}
	}
	return l
}

var colors = map[string]string{"31": "red", "32": "green", "33": "yellow", "34": "blue", "35": "magenta", "36": "cyan"}

func escape(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a Builder takes all
	return b.String()
}
