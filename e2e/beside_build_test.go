package e2e_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
)

func TestNothingWaitsForABuildThatItDoesNotUse(t *testing.T) {
	p := newProject(t, `
services:
  slow:
    build: {context: ., no_cache: true, dockerfile_inline: "FROM busybox\nRUN sleep 8\n"}
    command: sleep 600
  db:
    image: stack-e2e/dummy
    healthcheck: {test: [CMD, /dummy, health], interval: 10s}
  api:
    image: stack-e2e/dummy
    healthcheck: {test: [CMD, /dummy, health], interval: 10s}
    depends_on: {db: {condition: service_healthy}}
  web:
    image: stack-e2e/dummy
    healthcheck: {test: [CMD, /dummy, health], interval: 10s}
    depends_on: {api: {condition: service_healthy}}
`)
	ended := succeeded(t, p.ok("--progress", "json", "up", "-d", "--wait").Stderr)

	build := ended["build "+p.name+"-slow"]
	assert.Assert(t, build > 0, "the build is not in the event stream: %v", ended)
	for _, node := range []string{"await db/1 healthy", "await api/1 healthy", "await web/1 ready"} {
		at, there := ended[node]
		assert.Assert(t, there, "%s is not in the event stream: %v", node, ended)
		assert.Assert(t, at < build, "%s came after the build", node)
	}
	assert.Assert(t, ended["start slow/1"] > build)
}

// succeeded are the nodes that succeeded, with their places in the stream,
// from 1 on.
func succeeded(t *testing.T, stream string) map[string]int {
	t.Helper()
	places := map[string]int{}
	for line := range strings.Lines(stream) {
		var e struct{ Phase, Node string }
		if err := json.Unmarshal([]byte(line), &e); err != nil || e.Phase != "succeeded" {
			continue
		}
		places[e.Node] = len(places) + 1
	}
	return places
}

func TestAnInlineDockerfileIsReadAnewWhateverItsLength(t *testing.T) {
	compose := func(word string) string {
		return "services: {web: {build: {context: ., dockerfile_inline: \"FROM busybox\\nLABEL word=" + word + "\\n\"}, command: sleep 600, stop_grace_period: 0s}}"
	}
	p := newProject(t, compose("one"))
	for _, word := range []string{"one", "two", "one"} {
		p.write("compose.yaml", compose(word))
		p.ok("up", "-d", "--build")
		assert.Equal(t, p.inspect("web-1").Config.Labels["word"], word)
	}
}

func TestDockerfilesThatLookAlikeAreToldApart(t *testing.T) {
	p := newProject(t, `
services:
  one: {build: {context: ., dockerfile: one/Dockerfile}, command: sleep 600, stop_grace_period: 0s}
  two: {build: {context: ., dockerfile: two/Dockerfile}, command: sleep 600, stop_grace_period: 0s}
`)
	sameTime := time.Unix(1_700_000_000, 0)
	for _, word := range []string{"one", "two"} {
		p.write(word+"/Dockerfile", "FROM busybox\nLABEL word="+word+"\n")
		assert.NilError(t, os.Chtimes(filepath.Join(p.dir, word, "Dockerfile"), sameTime, sameTime))
	}
	p.ok("build", "one")
	p.ok("build", "two")
	p.ok("up", "-d")
	for _, word := range []string{"one", "two"} {
		assert.Equal(t, p.inspect(word + "-1").Config.Labels["word"], word)
	}
}
