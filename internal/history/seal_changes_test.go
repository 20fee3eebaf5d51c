package history_test

import (
	"path/filepath"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/internal/history"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// TestASecretOfYesterdayIsNotKept replaces a secret that only its variable in
// .env says to be one.
func TestASecretOfYesterdayIsNotKept(t *testing.T) {
	serving := func(command ...string) state.Desired {
		return shop(state.Service{Name: "web", Config: types.ServiceConfig{Name: "web", ContainerSpec: types.ContainerSpec{
			Image: "nginx", Command: command,
		}}})
	}
	changed := func(old, now string) []planner.Change {
		return []planner.Change{{Ref: state.ContainerRef("web", 1), Reasons: []planner.Reason{{Field: "command", Old: old, New: now}}}}
	}
	for name, c := range map[string]struct {
		first, second state.Desired
		secret        string // of the second
		old, want     string
	}{
		"replaced": {serving("serve", "first-secret"), serving("serve", "second-secret"), "second-secret", "serve first-secret", "***"},
		"gone":     {serving("serve", "first-secret"), serving("serve"), "", "serve first-secret", "***"},
		"stays":    {serving("serve", "first-secret"), serving("say", "first-secret"), "first-secret", "serve first-secret", "serve ***"},
		"new":      {serving("serve"), serving("serve", "second-secret"), "second-secret", "serve unknown-secret", "***"},
		"none":     {serving("serve", "here"), serving("serve", "there"), "", "serve here", "serve here"},
	} {
		t.Run(name, func(t *testing.T) {
			store := history.In(filepath.Join(t.TempDir(), "shop"))
			_, err := store.Add(history.Revision{Desired: c.first}, []string{"first-secret"})
			assert.NilError(t, err)
			r, err := store.Add(history.Revision{Desired: c.second, Changes: changed(c.old, "x")}, []string{c.secret})
			assert.NilError(t, err)
			assert.Equal(t, r.Changes[0].Reasons[0].Old, c.want)
		})
	}
}

func TestContainersAreKeptWithoutWhatTheyWereTold(t *testing.T) {
	r := keep(t, history.Revision{Applied: []state.Container{{
		ID: "1", Command: []string{"first-secret"}, Error: "first-secret", Healthcheck: &state.Healthcheck{Test: []string{"first-secret"}},
		Labels: map[string]string{"token": "first-secret", "url": "first-secret", state.LabelStackConfig: "x", state.LabelConfigHash: "1"},
	}}})
	assert.DeepEqual(t, r.Applied, []state.Container{{ID: "1", Labels: map[string]string{state.LabelConfigHash: "1"}}})
}
