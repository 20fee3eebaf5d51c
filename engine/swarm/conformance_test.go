package swarm_test

import (
	"cmp"
	"fmt"
	"os"
	"testing"

	"github.com/stackctl/stack/engine/enginetest"
)

// TestConformance holds a Swarm to what the one in memory is held to.
func TestConformance(t *testing.T) {
	enginetest.RunSwarm(t, enginetest.Target{
		Engine: live(t), Image: image, Prefix: fmt.Sprintf("tc%d", os.Getpid()),
		Absent: cmp.Or(os.Getenv("STACK_LAB_REGISTRY"), "127.0.0.1:1") + "/nosuch:1",
	})
}
