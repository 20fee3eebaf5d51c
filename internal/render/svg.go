package render

import (
	"encoding/xml"
	"fmt"
	"strings"
	"unicode"

	"github.com/stackctl/stack/internal/layout"
)

// svg is a drawing while it is written. All text goes through escape, so that
// no name can be taken for markup.
type svg struct{ out strings.Builder }

func (s *svg) line(format string, args ...any) { fmt.Fprintf(&s.out, format+"\n", args...) }

// begin writes the head of a picture that is so large, with what it shows in a
// sentence.
func (s *svg) begin(width, height int, title, style string) {
	s.line(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" aria-label="%s">`,
		width, height, width, height, escape(title))
	s.line("<title>%s</title>", escape(title))
	s.line("<style>\n%s</style>", style)
	s.line(`<rect class="page" width="%d" height="%d"/>`, width, height)
}

func (s *svg) end() { s.line("</svg>") }

// group begins a group that tells what it is when it is pointed at.
func (s *svg) group(class, title string) {
	s.line(`<g class="%s"><title>%s</title>`, class, escape(title))
}

func (s *svg) endGroup() { s.line("</g>") }

func (s *svg) rect(class string, b layout.Box, radius int) {
	s.line(`<rect class="%s" x="%d" y="%d" width="%d" height="%d" rx="%d"/>`, class, b.X, b.Y, b.Width, b.Height, radius)
}

func (s *svg) text(class string, x, y int, text string) {
	s.line(`<text class="%s" x="%d" y="%d">%s</text>`, class, x, y, escape(text))
}

func (s *svg) circle(class string, x, y, radius int) {
	s.line(`<circle class="%s" cx="%d" cy="%d" r="%d"/>`, class, x, y, radius)
}

// arrow draws a line with a head at its end.
func (s *svg) arrow(class string, points []layout.Point) {
	s.curve(class, points)
	tip, before := points[len(points)-1], points[len(points)-2]
	dx := 7
	if before.X > tip.X {
		dx = -7
	}
	s.line(`<path class="head %s" d="M%d %d l%d -4 v8 z"/>`, class, tip.X, tip.Y, -dx)
}

// curve draws a line as package layout gives it.
func (s *svg) curve(class string, points []layout.Point) {
	var d strings.Builder
	fmt.Fprintf(&d, "M%d %d", points[0].X, points[0].Y)
	for i, p := range points[1:] {
		before := points[i]
		switch {
		case i%2 == 0 && p == before:
		case i%2 == 0 || p.Y == before.Y:
			fmt.Fprintf(&d, " H%d", p.X)
		default:
			middle := (p.X + before.X) / 2
			fmt.Fprintf(&d, " C%d %d %d %d %d %d", middle, before.Y, middle, p.Y, p.X, p.Y)
		}
	}
	s.line(`<path class="line %s" d="%s"/>`, class, d.String())
}

// escape makes text harmless in markup, as content and as an attribute. What
// XML cannot hold becomes U+FFFD.
func escape(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a Builder takes all
	return b.String()
}

// textWidth is about how wide text is in a sans-serif font of a size, rather
// too wide than too narrow.
func textWidth(text string, size int) int {
	tenths := 0
	for _, r := range text {
		switch {
		case runeCells(r) == 0:
		case runeCells(r) == 2:
			tenths += 105
		case strings.ContainsRune("iljtf.,:;'|!()[]/ -", r):
			tenths += 36
		case strings.ContainsRune("mwMW@%", r):
			tenths += 92
		case unicode.IsUpper(r) || r > 0x2000:
			tenths += 72
		default:
			tenths += 60
		}
	}
	return (tenths*size + 99) / 100
}

// cut shortens text to a width.
func cut(text string, size, width int) string {
	if textWidth(text, size) <= width {
		return text
	}
	runes := []rune(text)
	for len(runes) > 0 && textWidth(string(runes)+"…", size) > width {
		runes = runes[:len(runes)-1]
	}
	return string(runes) + "…"
}

// translated are boxes and lines moved to where a picture has room for them.
func translated(d layout.Drawing, x, y int) layout.Drawing {
	for i := range d.Boxes {
		d.Boxes[i].X, d.Boxes[i].Y = d.Boxes[i].X+x, d.Boxes[i].Y+y
	}
	for _, path := range d.Paths {
		for i := range path.Points {
			path.Points[i].X, path.Points[i].Y = path.Points[i].X+x, path.Points[i].Y+y
		}
	}
	for i := range d.Paths {
		d.Paths[i].Label.X, d.Paths[i].Label.Y = d.Paths[i].Label.X+x, d.Paths[i].Label.Y+y
	}
	return d
}
