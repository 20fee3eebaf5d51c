package render

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"pgregory.net/rapid"
)

func TestEllipsis(t *testing.T) {
	for _, test := range []struct {
		text  string
		width int
		want  string
	}{
		{"sh -c 'sleep 1; touch /ok; sleep 1000'", 20, "sh -c 'sleep 1; tou…"},
		{"short", 20, "short"},
		{"größer", 4, "grö…"},
		{"数据库服务", 7, "数据库…"},
		{"数据库服务", 6, "数据…"},
		{"x", 0, ""},
		{"xy", 1, "…"},
	} {
		assert.Equal(t, ellipsis(test.text, test.width), test.want)
	}
}

func TestEllipsisFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text, width := rapid.String().Draw(t, "text"), rapid.IntRange(0, 30).Draw(t, "width")
		if got := ellipsis(text, width); cells(got) > width && got != "" {
			t.Fatalf("%q has %d cells, not %d", got, cells(got), width)
		}
	})
}

func TestOneLineIsSafeToPrint(t *testing.T) {
	assert.Equal(t, oneLine("\n  \x1b[31mred\x1b[0m and\tmore\x07\nsecond"), "red and more")
	assert.Equal(t, oneLine("\x1b]"), "")
	assert.Equal(t, oneLine("\x1b[31"), "")
	assert.Equal(t, oneLine(""), "")
	rapid.Check(t, func(t *rapid.T) {
		line := oneLine(rapid.String().Draw(t, "text"))
		if strings.ContainsAny(line, "\n\r\x1b\x07") {
			t.Fatalf("%q", line)
		}
	})
}
