package swarm

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/state"
)

const (
	detailsA = "com.docker.swarm.node.id=n1,com.docker.swarm.service.id=s1,com.docker.swarm.task.id=a "
	detailsB = "com.docker.swarm.node.id=n1,com.docker.swarm.service.id=s1,com.docker.swarm.task.id=b,env=x%2Cy "
)

// gathered collects lines as TASK: TEXT.
func gathered(lines *taskLines) *[]string {
	all := &[]string{}
	lines.pending = map[source]*bytes.Buffer{}
	lines.each = func(task string, line state.LogLine) {
		if line.Stderr {
			task += "!"
		}
		*all = append(*all, task+": "+line.Text)
	}
	return all
}

func TestPartsOfLinesOfSeveralTasks(t *testing.T) {
	lines := &taskLines{}
	all := gathered(lines)
	for _, entry := range []string{detailsA + "one, ", detailsB + "x\n", detailsA + "two\n", detailsB + "\n", detailsA + "last"} {
		assert.NilError(t, lines.entry([]byte(entry), false))
	}
	assert.NilError(t, lines.entry([]byte(detailsB+"bad news\n"), true))
	lines.flush()
	assert.DeepEqual(t, *all, []string{"b: x", "a: one, two", "b: ", "b!: bad news", "a: last"})
	assert.ErrorContains(t, lines.entry([]byte("no details\n"), false), "without its task")
}

func TestTimesOfLines(t *testing.T) {
	lines := &taskLines{stamped: true, show: true, until: time.Date(2026, 1, 2, 3, 4, 6, 0, time.UTC)}
	all := gathered(lines)
	const early, late = "2026-01-02T03:04:05.000000001Z ", "2026-01-02T03:04:07.000000001Z "
	for _, entry := range []string{early + detailsA + "one, ", early + detailsA + "two\n", late + detailsA + "three\n"} {
		assert.NilError(t, lines.entry([]byte(entry), false))
	}
	assert.DeepEqual(t, *all, []string{"a: " + early + "one, two"})
}

func TestLinesOfATerminal(t *testing.T) {
	lines := &taskLines{}
	all := gathered(lines)
	assert.NilError(t, lines.readTerminal(strings.NewReader(detailsA+"one\r\n"+detailsB+"two\r\n"+detailsA+"end")))
	lines.flush()
	assert.DeepEqual(t, *all, []string{"a: one", "b: two", "a: end"})
}
