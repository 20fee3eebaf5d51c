package cli

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/hashicorp/go-multierror"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/internal/history"
	"github.com/stackctl/stack/reconciler"
)

func TestOutcomeIsToldByTheError(t *testing.T) {
	failed := &reconciler.NodeError{Name: "shop-web-1", Err: errors.New("shop-web-1 broke\n  a line that it printed")}
	paused := &reconciler.RolloutError{Service: "db", Outcome: reconciler.RolloutPaused}
	back := &reconciler.RolloutError{Service: "web", Outcome: reconciler.RolledBack, Slots: 2, Failed: 1}
	for _, c := range []struct {
		err     error
		outcome history.Outcome
		text    string
	}{
		{nil, history.Succeeded, ""},
		{errors.New("one\ntwo"), history.Failed, "one"},
		{multierror.Append(nil, failed), history.Failed, "shop-web-1 broke"},
		{multierror.Append(nil, failed, paused), history.Failed, "shop-web-1 broke\n" + paused.Error()},
		{multierror.Append(nil, failed, paused, back), history.RolledBack, "shop-web-1 broke\n" + paused.Error() + "\n" + back.Error()},
		{multierror.Append(nil, back, reconciler.ErrInterrupted), history.Interrupted, back.Error() + "\ninterrupted"},
		{fmt.Errorf("observe: %w", context.Canceled), history.Interrupted, "observe: context canceled"},
	} {
		assert.Equal(t, outcomeOf(c.err), c.outcome, c.text)
		assert.Equal(t, inShort(c.err), c.text)
	}
}
