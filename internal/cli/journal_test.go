package cli

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/hashicorp/go-multierror"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/internal/drift"
	"github.com/stackctl/stack/internal/history"
	"github.com/stackctl/stack/reconciler"
	"github.com/stackctl/stack/state"
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
		text, _ := inShort(c.err)
		assert.Equal(t, text, c.text)
	}
}

func TestACauseIsRecordedOnceWithTheServiceThatItIsAbout(t *testing.T) {
	failed := func(ref state.Ref) error {
		return &reconciler.NodeError{Ref: ref, Name: ref.Name, Err: errors.New(ref.Name + " broke\n  a line that it printed")}
	}
	web := failed(state.ServiceRef("web"))
	_, causes := inShort(multierror.Append(nil,
		web, failed(state.Ref{Kind: state.KindNetwork, Name: "back"}), web, failed(state.PreStartRef("db", 0, 2)),
		&reconciler.RolloutError{Service: "api", Outcome: reconciler.RolledBack}, reconciler.ErrInterrupted,
	))
	var told []string
	for _, c := range causes {
		told = append(told, c.Service+": "+c.Text)
	}
	assert.DeepEqual(t, told, []string{
		"web: web broke", ": back broke", "db: db/2 pre_start[0] broke",
		"api: " + (&reconciler.RolloutError{Service: "api", Outcome: reconciler.RolledBack}).Error(), ": interrupted",
	})
}

func TestAVolumeThatWasMadeAgainIsToldByWhatWasRecorded(t *testing.T) {
	made := time.Date(2026, 8, 1, 12, 0, 0, 0, time.UTC)
	db := state.Container{
		ID: "1", Name: "shop-db-1", Service: "db", Number: 1, Created: made, Mounts: []state.Mount{{Type: "volume", Name: "shop_data"}},
	}
	observed := state.Observed{
		Containers: []state.Container{db},
		Volumes:    []state.ObservedVolume{{Name: "shop_data", Created: made.Add(time.Minute)}},
	}
	recorded := applied((&session{}).left(&journal{idle: true, first: step{observed: observed}}))
	report := drift.Compare(appliedIn("shop", history.Revision{Applied: recorded, Desired: state.Desired{
		Volumes: []state.Volume{{Key: "data", Config: types.VolumeConfig{Name: "shop_data"}}},
		Known:   []string{"db"},
	}}), observed, nil)
	assert.Equal(t, len(report.Drifts), 1, "%v", report.Drifts)
	assert.Equal(t, report.Drifts[0].Kind, drift.Recreated)
}
