package cli

import (
	"errors"
	"slices"
	"strings"

	"github.com/hashicorp/go-multierror"

	"github.com/stackctl/stack/internal/history"
	"github.com/stackctl/stack/reconciler"
	"github.com/stackctl/stack/state"
)

// causes are the errors that a run's error joins.
func causes(err error) []error {
	var joined *multierror.Error
	switch {
	case errors.As(err, &joined):
		return joined.Errors
	case err != nil:
		return []error{err}
	}
	return nil
}

// inShort is the first line of each cause of a failure, once: what follows it
// may be what a container has printed.
func inShort(err error) (string, []history.Cause) {
	var lines []string
	var all []history.Cause
	for _, cause := range causes(err) {
		line, _, _ := strings.Cut(cause.Error(), "\n")
		if !slices.Contains(lines, line) {
			lines = append(lines, line)
			all = append(all, history.Cause{Service: serviceOf(cause), Text: line})
		}
	}
	return strings.Join(lines, "\n"), all
}

// serviceOf is the service that a failure is about, if it is about one.
func serviceOf(err error) string {
	var node *reconciler.NodeError
	var rollout *reconciler.RolloutError
	switch {
	case errors.As(err, &node) && slices.Contains(kindsOfServices, node.Ref.Kind):
		name := node.Ref.Name
		if end := strings.IndexAny(name, "/ "); end >= 0 { // web/2 pre_start[0]
			name = name[:end]
		}
		return name
	case errors.As(err, &rollout):
		return rollout.Service
	}
	return ""
}

// kindsOfServices are of the resources that have a service's name.
var kindsOfServices = []state.Kind{state.KindContainer, state.KindService, state.KindProvider, state.KindHook}
