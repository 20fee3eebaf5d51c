package main

import (
	"encoding/json"
	"fmt"
	"strings"
)

var ofImages = map[string]bool{"PullImage": true, "BuildImage": true, "PushImage": true}

// checkEvents says what is wrong with what a run told with --progress json:
// every node that is planned ends, and none ends twice. A pull, build or push
// that failed because the engine was away begins again in the same plan.
func checkEvents(lines string) error {
	planned, ended, done := 0, 0, false
	started, failed := map[string]bool{}, map[string]bool{}
	for line := range strings.Lines(lines) {
		var e struct {
			Phase, Node, Op string
			Nodes           int
		}
		if json.Unmarshal([]byte(line), &e) != nil {
			continue // what else is printed
		}
		switch e.Phase {
		case "planned":
			planned += e.Nodes
			clear(failed)
		case "started":
			if started[e.Node] {
				return fmt.Errorf("%s was started while it ran", e.Node)
			}
			if failed[e.Node] && ofImages[e.Op] {
				ended--
			}
			started[e.Node] = true
		case "succeeded", "failed":
			if !started[e.Node] {
				return fmt.Errorf("%s ended (%s) without having started", e.Node, e.Phase)
			}
			started[e.Node], failed[e.Node] = false, e.Phase == "failed"
			ended++
		case "skipped", "canceled":
			started[e.Node] = false
			ended++
		case "done":
			done = true
		}
	}
	for node, runs := range started {
		if runs {
			return fmt.Errorf("%s never ended", node)
		}
	}
	switch {
	case planned != ended:
		return fmt.Errorf("%d nodes were planned and %d ended", planned, ended)
	case planned > 0 && !done:
		return fmt.Errorf("the run has no last word")
	}
	return nil
}

// failedInPart is true for a run that went on without something that failed.
func (o outcome) failedInPart() bool {
	return strings.Contains(o.stdout+o.stderr, `"phase":"failed"`)
}
