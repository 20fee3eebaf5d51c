package cli_test

import (
	"fmt"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/stackctl/stack/state"
)

// machine has a node of the Swarm in memory go away (machine stop node2), with
// all that runs on it, or come back (machine start node2).
func machine(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: machine stop|start NODE")
	}
	m := inMemory(ts)
	switch args[0] {
	case "stop":
		ts.Check(m.StopNode(args[1]))
	case "start":
		ts.Check(m.StartNode(args[1]))
	default:
		ts.Fatalf("machine %s: it is stop or start", args[0])
	}
}

// node is docker node update --availability drain node2, with --label-add and
// --label-rm too.
func (d byHand) node(command string, args []string) error {
	if command != "update" || len(args) != 3 {
		return fmt.Errorf("docker node %s: not known here", command)
	}
	flag, value := args[0], args[1]
	known := true
	err := d.memory.UpdateNode(args[2], func(n *state.Node) {
		switch flag {
		case "--availability":
			n.Availability = value
		case "--label-add":
			key, text, _ := strings.Cut(value, "=")
			n.Labels[key] = text
		case "--label-rm":
			delete(n.Labels, value)
		default:
			known = false
		}
	})
	if !known {
		return fmt.Errorf("docker node update %s: not known here", flag)
	}
	return err
}
