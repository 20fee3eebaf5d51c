package memory_test

import (
	"path/filepath"
	"testing"

	"go.uber.org/goleak"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/engine/enginetest"
	"github.com/stackctl/stack/engine/memory"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var withBusybox = memory.Options{Images: map[string]memory.Image{"busybox": {Present: true}}}

func TestConformance(t *testing.T) {
	enginetest.Run(t, enginetest.Target{Engine: memory.New(withBusybox).Engine(), Image: "busybox", Prefix: "tc"})
}

func TestConformanceOfAnOldAPI(t *testing.T) {
	options := withBusybox
	options.APIVersion = "1.41"
	enginetest.Run(t, enginetest.Target{Engine: memory.New(options).Engine(), Image: "busybox", Prefix: "tc"})
}

func TestConformanceWithAFile(t *testing.T) {
	m, err := memory.Load(filepath.Join(t.TempDir(), "state", "memory.json"), withBusybox)
	assert.NilError(t, err)
	enginetest.Run(t, enginetest.Target{Engine: m.Engine(), Image: "busybox", Prefix: "tc"})
}
