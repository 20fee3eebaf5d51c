package render

import (
	"bytes"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"pgregory.net/rapid"
)

func TestLinesAreFoldedBetweenWords(t *testing.T) {
	for text, want := range map[string]string{
		"":                                   "",
		"fits into it":                       "fits into it",
		"one two three four":                 "one two three\n  four",
		"  image: web:1 → web:2":             "  image: web:1\n    → web:2",
		"1234567890123456 x":                 "1234567890123456\n  x",
		"a \x1b[2mdim and it goes on\x1b[0m": "a \x1b[2mdim and it\x1b[0m\n  \x1b[2mgoes on\x1b[0m",
		"漢字漢字 漢字漢字":                          "漢字漢字\n  漢字漢字",
	} {
		assert.Equal(t, strings.Join(fold(text, 14), "\n"), want)
	}
	var out bytes.Buffer
	n, err := Folded(&out, 10).Write([]byte("short\none two three\n\nlast"))
	assert.NilError(t, err)
	assert.Equal(t, n, 25)
	assert.Equal(t, out.String(), "short\none two\n  three\n\nlast")
}

func TestFoldingLosesNoWord(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOf(rapid.StringMatching(`[a-z→漢]{1,12}|\x1b\[(0|2|31)m`)).Draw(t, "words")
		text := strings.Repeat(" ", rapid.IntRange(0, 9).Draw(t, "indent")) + strings.Join(words, " ")
		width := rapid.IntRange(36, 80).Draw(t, "width")
		lines := fold(text, width)
		for _, line := range lines {
			assert.Assert(t, cells(printable(line)) <= width, "%q", line)
		}
		assert.DeepEqual(t, strings.Fields(printable(strings.Join(lines, " "))), strings.Fields(printable(text)))
	})
}
