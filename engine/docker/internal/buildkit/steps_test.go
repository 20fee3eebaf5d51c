package buildkit

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/moby/buildkit/client"
	"github.com/opencontainers/go-digest"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

func TestStatusesAreToldInWords(t *testing.T) {
	var shown []string
	steps := NewSteps(func(p state.Progress) { shown = append(shown, fmt.Sprint(p.Detail, " ", p.Bytes, "/", p.Total)) })
	now := time.Now()
	from, run := digest.FromString("from"), digest.FromString("run")
	for _, status := range []*client.SolveStatus{
		{Vertexes: []*client.Vertex{{Digest: from, Name: "[1/2] FROM x", Cached: true}, {Digest: run, Name: "[2/2] RUN y"}}},
		{Vertexes: []*client.Vertex{{Digest: run, Name: "[2/2] RUN y", Started: &now}}},
		{Statuses: []*client.VertexStatus{{Vertex: from, Current: 5, Total: 10}, {Vertex: from}}},
		{Statuses: []*client.VertexStatus{{Vertex: from, ID: "naming to shop-web", Completed: &now}}},
		{Statuses: []*client.VertexStatus{{Vertex: from, ID: "naming to shop-web", Completed: &now}}},
		{Logs: []*client.VertexLog{{Vertex: run, Data: []byte("about to\r\n\nfail\n")}}},
		{Warnings: []*client.VertexWarning{{Short: []byte("odd")}}},
		{Vertexes: []*client.Vertex{{Digest: run, Name: "[2/2] RUN y", Started: &now, Completed: &now, Error: "exit code: 9"}}},
		{Vertexes: []*client.Vertex{{Digest: from, Name: "[1/2] FROM x", Error: "context canceled"}}},
	} {
		steps.take(status)
	}
	assert.DeepEqual(t, shown, []string{
		"[1/2] FROM x (cached) 0/0", "[2/2] RUN y 0/0", "[1/2] FROM x 5/10", "naming to shop-web done 0/0", "about to 0/0", "fail 0/0", "Warning: odd 0/0",
	})
	err := steps.Explain(errors.New("exit code: 9"))
	assert.Error(t, err, "step \"[2/2] RUN y\": exit code: 9; its output:\nabout to\r\n\nfail")
	err.(*engine.BuildError).Where = "Dockerfile:2"
	assert.ErrorContains(t, err, `step "[2/2] RUN y" (Dockerfile:2): exit code: 9`)
}

func TestOnlyTheEndOfAStepsOutputIsKept(t *testing.T) {
	steps := NewSteps(nil)
	steps.Fail("a")
	for range 100 {
		steps.Write("a", []byte(strings.Repeat("x", 100)))
	}
	steps.Write("a", []byte("end"))
	output := steps.Explain(errors.New("")).(*engine.BuildError).Output
	assert.Equal(t, len(output), shownOutput)
	assert.Assert(t, strings.HasSuffix(output, "xend"))
	assert.NilError(t, steps.Explain(nil))
	assert.Error(t, NewSteps(nil).Explain(errors.New("as it is")), "as it is")
}
