package docker

import (
	"bytes"
	"strings"
	"testing"

	"github.com/docker/docker/pkg/stdcopy"
	"gotest.tools/v3/assert"
	"pgregory.net/rapid"

	"github.com/stackctl/stack/state"
)

func TestLinesOfATerminal(t *testing.T) {
	var got []state.LogLine
	assert.NilError(t, split(strings.NewReader("one\r\n\r\ntwo"), true, false, func(l state.LogLine) { got = append(got, l) }))
	assert.DeepEqual(t, got, []state.LogLine{{Text: "one"}, {}, {Text: "two"}})
}

func TestLinesOfFrames(t *testing.T) {
	var body bytes.Buffer
	out, errs := stdcopy.NewStdWriter(&body, stdcopy.Stdout), stdcopy.NewStdWriter(&body, stdcopy.Stderr)
	for _, part := range []struct {
		stderr bool
		text   string
	}{{false, "T1 a"}, {true, "T2 oops\n"}, {false, "T3 b\n"}, {false, "T4 c\n"}, {true, "T5 end"}} {
		w := out
		if part.stderr {
			w = errs
		}
		_, err := w.Write([]byte(part.text))
		assert.NilError(t, err)
	}
	var got []state.LogLine
	assert.NilError(t, split(&body, false, true, func(l state.LogLine) { got = append(got, l) }))
	assert.DeepEqual(t, got, []state.LogLine{
		{Stderr: true, Text: "T2 oops"}, {Text: "T1 ab"}, {Text: "T4 c"}, {Stderr: true, Text: "T5 end"},
	})
}

func TestLinesSurviveAnyCut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		expected := rapid.SliceOf(rapid.StringMatching("[a-z ]{0,20}")).Draw(t, "lines")
		text := []byte(strings.Join(expected, "\n") + "\n")
		if len(expected) == 0 {
			text = nil
		}
		var got []string
		w := &lineWriter{framed: true, each: func(l state.LogLine) { got = append(got, l.Text) }}
		for len(text) > 0 {
			n := rapid.IntRange(1, len(text)).Draw(t, "cut")
			_, _ = w.Write(text[:n]) // it takes everything
			text = text[n:]
		}
		w.flush()
		assert.DeepEqual(t, got, expected, emptyIsNil)
	})
}

func TestTailKeepsTheEnd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.IntRange(1, 8).Draw(t, "limit")
		end := &tail{limit: limit}
		all := ""
		for _, part := range rapid.SliceOf(rapid.StringMatching("[a-z]{0,12}")).Draw(t, "parts") {
			_, _ = end.Write([]byte(part)) // it takes everything
			all += part
		}
		assert.Equal(t, end.String(), all[max(0, len(all)-limit):])
	})
}
