package render

import (
	"strings"
	"unicode"
)

// ellipsis shortens text to at most width terminal cells, the last being … if
// something was cut off.
func ellipsis(text string, width int) string {
	if cells(text) <= width {
		return text
	}
	if width <= 0 {
		return ""
	}
	var kept strings.Builder
	used := 0
	for _, r := range text {
		w := runeCells(r)
		if used+w > width-1 {
			break
		}
		kept.WriteRune(r)
		used += w
	}
	return kept.String() + "…"
}

// pad fills text with spaces to width cells.
func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-cells(text)))
}

// cells is how many terminal cells text takes.
func cells(text string) int {
	n := 0
	for _, r := range text {
		n += runeCells(r)
	}
	return n
}

func runeCells(r rune) int {
	switch {
	case r < 0x300:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana) || r >= 0x1F300 && r <= 0x1FAFF:
		return 2
	}
	return 1
}

// oneLine is the first line of text that says something, without what would
// move the cursor or change colours.
func oneLine(text string) string {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(printable(line)); line != "" {
			return line
		}
	}
	return ""
}

// printable drops escape sequences and makes spaces of other control
// characters.
func printable(text string) string {
	var out strings.Builder
	for i := 0; i < len(text); {
		if n := escapeLength(text[i:]); n > 0 {
			i += n
			continue
		}
		if text[i] < ' ' || text[i] == 0x7f {
			out.WriteByte(' ')
		} else {
			out.WriteByte(text[i])
		}
		i++
	}
	return out.String()
}

// escapeLength is the length of the escape sequence that text begins with, 0
// if it begins with none.
func escapeLength(text string) int {
	if text[0] != 0x1b {
		return 0
	}
	if len(text) < 2 || text[1] != '[' {
		return min(2, len(text))
	}
	for i := 2; i < len(text); i++ {
		if text[i] >= 0x40 && text[i] <= 0x7e {
			return i + 1
		}
	}
	return len(text)
}
