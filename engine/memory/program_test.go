package memory

import (
	"testing"
	"time"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

func TestInterpret(t *testing.T) {
	files := map[string]content{"/etc/x": {Data: []byte("one\ntwo"), Mode: 0o440, UID: 3, GID: 4}}
	for _, test := range []struct {
		argv   []string
		code   int
		lasts  time.Duration
		output string
	}{
		{argv: []string{"true"}},
		{argv: []string{"/bin/false"}, code: 1},
		{argv: []string{"sleep", "1.5"}, lasts: 1500 * time.Millisecond},
		{argv: []string{"echo", "a", "b"}, output: "a b\n"},
		{argv: []string{"sh", "-c", "exit 3; echo never"}, code: 3},
		{argv: []string{"sh", "-c", "false && echo never"}, code: 1},
		{argv: []string{"sh", "-c", "false; echo 'a;  b' \"c\""}, output: "a;  b c\n"},
		{argv: []string{"sh", "-c", "echo a\nsleep 2s\n\necho b"}, lasts: 2 * time.Second, output: "a\nb\n"},
		{argv: []string{"sh", "-c", "exec sleep 4; echo never"}, lasts: 4 * time.Second},
		{argv: []string{"cat", "/etc/x"}, output: "one\ntwo\n"},
		{argv: []string{"cat", "/y"}, code: 1, output: "cat: can't open '/y': No such file or directory\n"},
		{argv: []string{"stat", "-c", "%a %u %g", "etc/x"}, output: "440 3 4\n"},
		{argv: []string{"sh", "-c", "test -f /y"}, code: 1},
		{argv: []string{"sh", "-c", "touch /y; test -f /y && rm -f /y && test -e /y"}, code: 1},
	} {
		p, known := interpret(test.argv, files, setting{})
		assert.Assert(t, known, "%q", test.argv)
		assert.Check(t, is.Equal(p.code, test.code), "%q", test.argv)
		assert.Check(t, is.Equal(p.lasts, test.lasts), "%q", test.argv)
		assert.Check(t, is.Equal(p.output(), test.output), "%q", test.argv)
		assert.Check(t, !p.forever, "%q", test.argv)
	}
}

func TestInterpretWhatIsNotUnderstood(t *testing.T) {
	for _, argv := range [][]string{
		nil, {"nginx", "-g", "daemon off;"}, {"sh"}, {"sh", "-c", ""}, {"sh", "-c", "echo $HOME"}, {"sh", "-c", "true | cat"},
		{"sh", "-c", "echo 'open"}, {"sh", "-c", "while true; do sleep 1; done"}, {"sh", "-c", "echo a > /b"}, {"sleep"},
		{"sleep", "soon"}, {"sh", "-c", "exit now"}, {"exec"}, {"trap", "cleanup", "TERM"}, {"stat", "/x"}, {"test", "a", "=", "b"},
		{"sh", "-c", `echo "$(date)"`}, {"sh", "-c", "sleep 1 & wait"},
	} {
		_, known := interpret(argv, nil, setting{})
		assert.Check(t, !known, "%q", argv)
	}
}

func TestInterpretWhatRunsForEver(t *testing.T) {
	p, known := interpret([]string{"sh", "-c", "trap '' TERM; sleep infinity; echo never"}, nil, setting{})
	assert.Assert(t, known)
	assert.Check(t, p.forever)
	assert.Check(t, p.traps)
	assert.Check(t, is.Equal(p.output(), ""))
}

func TestCanonical(t *testing.T) {
	for reference, want := range map[string]string{
		"redis":                           "redis:latest",
		"docker.io/library/redis:7":       "redis:7",
		"library/redis":                   "redis:latest",
		"localhost:5000/app":              "localhost:5000/app:latest",
		"localhost:5000/app:1":            "localhost:5000/app:1",
		"app@sha256:0123":                 "app@sha256:0123",
		"registry.example/library/redis":  "registry.example/library/redis:latest",
		"docker.io/team/app":              "team/app:latest",
		"registry.example/docker.io/team": "registry.example/docker.io/team:latest",
	} {
		assert.Check(t, is.Equal(canonical(reference), want))
	}
}
