package state_test

import (
	"testing"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/state"
)

// Labels are anybody's to write: whatever is in one, it is read or refused.
func FuzzLabels(f *testing.F) {
	packed, err := state.EncodeConfig(configured())
	assert.NilError(f, err)
	for _, seed := range []string{"", packed, packed[:len(packed)/2], `{"secret/x":"sha256:1"}`, `{"a":1}`, "null", "eJw", "{"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, label string) {
		if config, err := state.DecodeConfig(label); err == nil {
			again, err := state.EncodeConfig(config)
			assert.NilError(t, err)
			once, err := state.DecodeConfig(again)
			assert.NilError(t, err)
			assert.Equal(t, canonical(t, once), canonical(t, config))
		} else {
			assert.ErrorContains(t, err, state.LabelStackConfig)
		}
		if inputs, err := state.DecodeInputs(label); err == nil {
			again, err := state.DecodeInputs(state.EncodeInputs(inputs))
			assert.NilError(t, err)
			assert.Equal(t, len(again), len(inputs))
		}
	})
}
