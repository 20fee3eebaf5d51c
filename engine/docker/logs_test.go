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
	r := newLogReader(true, state.LogOptions{}, func(l state.LogLine) { got = append(got, l) })
	assert.NilError(t, r.copy(strings.NewReader("one\r\n\r\ntwo")))
	r.flush()
	assert.DeepEqual(t, got, []state.LogLine{{Text: "one"}, {}, {Text: "two"}})
}

const second = "2026-01-02T03:04:0"

// frames encodes entries as the engine does: the first letter says which
// stream, the second is the last digit of the time.
func frames(t *testing.T, entries ...string) *bytes.Buffer {
	t.Helper()
	var body bytes.Buffer
	for _, entry := range entries {
		w := stdcopy.NewStdWriter(&body, map[byte]stdcopy.StdType{'o': stdcopy.Stdout, 'e': stdcopy.Stderr}[entry[0]])
		_, err := w.Write([]byte(second + entry[1:2] + ".000000000Z " + entry[2:]))
		assert.NilError(t, err)
	}
	return &body
}

func TestLinesOfFrames(t *testing.T) {
	for _, show := range []bool{false, true} {
		stamp := func(n, text string) string {
			if show {
				return second + n + ".000000000Z " + text
			}
			return text
		}
		var got []state.LogLine
		r := newLogReader(false, state.LogOptions{Follow: true, Timestamps: show}, func(l state.LogLine) { got = append(got, l) })
		assert.NilError(t, r.copy(frames(t, "o1a", "e2oops\n", "o3b\n", "o3c\n", "o3d")))
		r.out.resume()
		r.errout.resume()
		r.position.resume()
		assert.NilError(t, r.copy(frames(t, "o3b\n", "o3c\n", "o3d", "o3e\n", "e4end")))
		r.flush()
		assert.DeepEqual(t, got, []state.LogLine{
			{Stderr: true, Text: stamp("2", "oops")}, {Text: stamp("1", "ab")}, {Text: stamp("3", "c")},
			{Text: stamp("3", "de")}, {Stderr: true, Text: stamp("4", "end")},
		})
	}
}

// TestALineWithoutAnEndIsNotHeld reads 8 MiB of one line, as the engine cuts it.
func TestALineWithoutAnEndIsNotHeld(t *testing.T) {
	const entry, entries = 16 << 10, 512
	for _, show := range []bool{false, true} {
		length, longest, ends := 0, 0, 0
		r := newLogReader(false, state.LogOptions{Timestamps: show, Follow: true}, func(l state.LogLine) {
			length, longest = length+len(l.Text), max(longest, len(l.Text))
			if !l.Partial {
				ends++
			}
		})
		one := frames(t, "o1"+strings.Repeat("x", entry)).Bytes()
		body := bytes.NewBuffer(bytes.Repeat(one, entries))
		_, err := body.ReadFrom(frames(t, "o2\n", "o3next"))
		assert.NilError(t, err)
		assert.NilError(t, r.copy(body))
		r.flush()
		stamps := 0
		if show {
			stamps = 2 * (stampLength + 1)
		}
		assert.Equal(t, length, entry*entries+len("next")+stamps)
		assert.Assert(t, longest <= longLine+entry+stampLength, "%d bytes were held", longest)
		assert.Equal(t, ends, 2)
	}
}

// The engine cuts a long line, and tells the time of each part.
func TestALongLineOfATerminalHasOneTime(t *testing.T) {
	stamp := second + "1.000000000Z "
	long := strings.Repeat("x", 40_000)
	body := stamp + long[:entrySize] + stamp + long[entrySize:2*entrySize] + stamp + long[2*entrySize:] + "\r\n" + stamp + "next\r\n"
	for _, show := range []bool{false, true} {
		var got []state.LogLine
		r := newLogReader(true, state.LogOptions{Times: true, Timestamps: show}, func(l state.LogLine) { got = append(got, l) })
		assert.NilError(t, r.copy(strings.NewReader(body)))
		at, front := strings.TrimSuffix(stamp, " "), ""
		if show {
			front = stamp
		}
		assert.DeepEqual(t, got, []state.LogLine{{Text: front + long, Time: at}, {Text: front + "next", Time: at}})
	}
}

func TestLinesOfATerminalThatAreReadTwice(t *testing.T) {
	var got []string
	r := newLogReader(true, state.LogOptions{Follow: true}, func(l state.LogLine) { got = append(got, l.Text) })
	stamp := func(n, text string) string { return second + n + ".000000000Z " + text }
	assert.NilError(t, r.copy(strings.NewReader(stamp("1", "a\r\n")+stamp("2", "b\r\n")+stamp("3", "begi"))))
	r.out.resume()
	r.position.resume()
	assert.NilError(t, r.copy(strings.NewReader(stamp("2", "b\r\n")+stamp("3", "begin\r\n"))))
	r.flush()
	assert.DeepEqual(t, got, []string{"a", "b", "begin"})
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
