package state_test

import (
	"testing"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/state"
)

func TestConstraints(t *testing.T) {
	node := state.Node{
		ID: "abc", Name: "n1", Address: "10.1.2.3", Labels: map[string]string{"zone": "North"}, OS: "linux", Arch: "x86_64",
		EngineLabels: map[string]string{"disk": "ssd"},
	}
	for constraint, met := range map[string]bool{
		"node.role==worker":           true,
		"node.role == Worker":         true,
		"node.role!=worker":           false,
		"node.role!=manager":          true,
		"node.id==abc":                true,
		"node.hostname==n2":           false,
		"NODE.HOSTNAME==n1":           true,
		"node.labels.zone==north":     true,
		"node.labels.ZONE==north":     false, // a label's name is as it is
		"node.labels.nosuch!=x":       true,
		"node.labels.nosuch==":        true,
		"engine.labels.disk==ssd":     true,
		"engine.labels.disk!=ssd":     false,
		"node.platform.os==linux":     true,
		"node.platform.arch==aarch64": false,
		"node.ip==10.1.2.3":           true,
		"node.ip==10.1.0.0/16":        true,
		"node.ip!=10.1.0.0/16":        false,
		"node.ip==10.2.0.0/16":        false,
		"node.ip==::ffff:10.1.2.3":    true,
		"node.ip!=10.1.2.4":           true,
		"node.ip!=nonsense":           false,
		"node.labels.==":              false,
		"node.color==red":             false,
		"node.color!=red":             false,
		"nonsense":                    false,
	} {
		assert.Equal(t, node.Meets([]string{constraint}), met, constraint)
	}
	assert.Assert(t, node.Meets(nil))
	assert.Assert(t, !node.Meets([]string{"node.id==abc", "node.role==manager"}))
	node.Manager = true
	assert.Assert(t, node.Meets([]string{"node.id==abc", "node.role==manager"}))
	node.Address = ""
	assert.Assert(t, node.Meets([]string{"node.ip!=10.1.2.3", "node.ip!=10.0.0.0/8"}))
	assert.Assert(t, !node.Meets([]string{"node.ip==10.0.0.0/8"}))
}
