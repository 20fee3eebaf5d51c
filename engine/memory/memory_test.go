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

var withBusybox = memory.Options{Images: map[string]memory.Image{
	"busybox": {Present: true}, "r.test/nosuch": {PullError: "manifest unknown"},
}}

// target is an engine to test that was made with these options.
func target(m *memory.Memory) enginetest.Target {
	return enginetest.Target{Engine: m.Engine(), Image: "busybox", Prefix: "tc", Registry: "r.test", Absent: "r.test/nosuch"}
}

func TestConformance(t *testing.T) {
	enginetest.Run(t, target(memory.New(withBusybox)))
}

func TestConformanceOfAnOldAPI(t *testing.T) {
	options := withBusybox
	options.APIVersion = "1.41"
	enginetest.Run(t, target(memory.New(options)))
}

func TestConformanceWithAFile(t *testing.T) {
	m, err := memory.Load(filepath.Join(t.TempDir(), "state", "memory.json"), withBusybox)
	assert.NilError(t, err)
	enginetest.Run(t, target(m))
}

// asSwarm are the options of a Swarm of three nodes.
func asSwarm() memory.Options {
	options := withBusybox
	options.Nodes = make([]memory.Node, 3)
	return options
}

func TestConformanceOfASwarm(t *testing.T) {
	enginetest.RunSwarm(t, target(memory.New(asSwarm())))
}

func TestConformanceOfASwarmWithAFile(t *testing.T) {
	m, err := memory.Load(filepath.Join(t.TempDir(), "memory.json"), asSwarm())
	assert.NilError(t, err)
	enginetest.RunSwarm(t, target(m))
}
