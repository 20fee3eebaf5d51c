package history_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"
	"pgregory.net/rapid"

	"github.com/stackctl/stack/internal/history"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

func TestNothingSecretOfAProjectIsKept(t *testing.T) {
	desired := loaded(t, "testdata/awkward.yaml")
	r := history.Seal(history.Revision{Desired: desired}, state.Desired{}, []string{"a token from the environment"})
	text := written(t, r)
	for _, secret := range []string{
		"0123456789abcdef", "a label", "a-token-of-splunk", "of the hook", "another-token", "guest-password", "of-the-share",
		"text that nobody may read", "content of the file", "a token from the environment",
	} {
		assert.Check(t, !strings.Contains(text, secret), secret)
	}
	assert.Assert(t, strings.Contains(text, `"https://x:sealed:sha256:`), text) // the rest of it is kept
}

// TestASecretIsNowhere hides a value that is secret for one reason in whatever
// else has it, and brings it back.
func TestASecretIsNowhere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		secret := rapid.StringMatching(`[ -~äöü"\\<&]{6,30}`).Draw(t, "secret")
		if strings.Contains("shop service image command environment changed is not busybox sealed:sha256:0123456789abcdef", secret) {
			return
		}
		around := rapid.StringMatching(`[a-z]{0,3}`).Draw(t, "around") + secret + rapid.StringMatching(`[a-z]{0,3}`).Draw(t, "after")
		service := state.Service{Name: "web", Config: types.ServiceConfig{Name: "web", ContainerSpec: types.ContainerSpec{
			Image: "busybox", Command: types.ShellCommand{"serve", around}, Labels: types.Labels{"url": around},
			Environment: types.MappingWithEquals{"OTHER": &around}, Ulimits: map[string]*types.UlimitsConfig{"nproc": {Single: 3}},
		}}}
		var given []string
		switch rapid.SampledFrom([]string{"variable", "file", "given"}).Draw(t, "why") {
		case "variable":
			service.Config.Environment["DB_PASSWORD"] = &secret
		case "file":
			service.Files = []state.File{{Name: "secret/x", Digest: "sha256:1", Content: state.Content(secret)}}
		case "given":
			given = []string{secret}
		}
		service.Written = service.Config
		desired := state.Desired{Project: state.Project{Name: "shop"}, Services: []state.Service{service}}
		config, err := state.EncodeConfig(service.Config)
		assert.NilError(t, err)
		r := history.Seal(history.Revision{
			Desired: desired, Error: "it says " + around, Causes: []history.Cause{{Text: around}},
			Changes: []planner.Change{{Reasons: []planner.Reason{{Field: "command", Old: around, New: secret}, {Text: around}}}},
			Applied: []state.Container{{
				Labels: map[string]string{state.LabelStackConfig: config, "url": around}, Command: []string{around}, Error: around,
				Healthcheck: &state.Healthcheck{Test: []string{"CMD", around}},
			}},
		}, desired, given)
		text := written(t, r)
		escaped, err := json.Marshal(secret)
		assert.NilError(t, err)
		assert.Assert(t, !strings.Contains(text, strings.Trim(string(escaped), `"`)), text)
		assert.Assert(t, !strings.Contains(text, config))

		assert.Equal(t, written(t, history.Seal(r, desired, given)), text)

		restored, _, err := history.Today{Desired: desired, Secrets: given}.Restore(r, nil)
		assert.NilError(t, err)
		assert.DeepEqual(t, restored.Services[0].Config, service.Config)
	})
}

// written is what a revision is in a file or for machines.
func written(t interface {
	Helper()
	Fatalf(string, ...any)
}, r history.Revision) string {
	t.Helper()
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(true)
	if err := encoder.Encode(r); err != nil {
		t.Fatalf("%v", err)
	}
	return b.String()
}
