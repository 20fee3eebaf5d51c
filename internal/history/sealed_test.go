package history

import (
	"testing"

	"gotest.tools/v3/assert"
)

func TestWhatWasSealedIsKnownAgain(t *testing.T) {
	for _, test := range []struct {
		text, value string
		hides, may  bool
	}{
		{"plain", "plain", false, false},
		{seal("hunter2"), "hunter2", true, true},
		{seal("hunter2"), "hunter3", true, false},
		{"user:" + seal("hunter2") + "@db", "user:hunter2@db", true, true},
		{"user:" + seal("hunter2") + "@db", "user:hunter2@other", true, false},
		{seal("one") + seal("two"), "whatever", true, true},
	} {
		hides, may := Hides(test.text, test.value)
		assert.Equal(t, hides, test.hides, test.text)
		assert.Equal(t, may, test.may, test.text)
	}
}
