package swarm_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/stackctl/stack/engine/enginetest"
)

func TestConformance(t *testing.T) {
	at := os.Getenv("STACK_LAB_REGISTRY")
	if at == "" {
		at = "127.0.0.1:1" // nobody listens there, so nobody has an image
	}
	enginetest.RunSwarm(t, enginetest.Target{
		Engine: live(t), Image: image, Prefix: fmt.Sprintf("ts%d", os.Getpid()), Registry: at, Absent: at + "/nosuch:1",
	})
}
