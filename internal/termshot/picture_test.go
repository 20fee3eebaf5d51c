package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gotest.tools/v3/assert"
)

func TestALineIsSplitByItsLook(t *testing.T) {
	same := cmp.AllowUnexported(piece{})
	assert.DeepEqual(t, pieces("\x1b[1mshop: done\x1b[0m", &look{}), []piece{{0, "bold", "shop: done"}}, same)
	assert.DeepEqual(t, pieces(" \x1b[32m✔\x1b[39m web  up   \x1b[2m1.2s\x1b[0m", &look{}), []piece{
		{1, "green", "✔"}, {3, "", "web"}, {8, "", "up"}, {13, "dim", "1.2s"},
	}, same)
	assert.DeepEqual(t, pieces("\x1b[2m\x1b[39ma\x1b[31mb\x1b[22m\x1b[39mc", &look{}), []piece{{0, "dim", "a"}, {1, "red", "b"}, {2, "", "c"}}, same)
	assert.Equal(t, len(pieces("", &look{})), 0)
	assert.Equal(t, len(pieces("   \x1b[", &look{})), 0)
}

func TestTextIsNoMarkup(t *testing.T) {
	svg := picture(`<b>`, 80, "</text><script>\n\n\n")
	assert.Assert(t, strings.Contains(svg, "&lt;/text&gt;&lt;script&gt;"))
	assert.Assert(t, !strings.Contains(svg, "<script>"))
	assert.Assert(t, strings.Contains(svg, `height="62"`), "empty lines at the end are shown")
}
