package docker_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/stackctl/stack/engine/enginetest"
)

func TestConformance(t *testing.T) {
	at := serveImages(t, "").Address
	enginetest.Run(t, enginetest.Target{
		Engine: live(t), Image: image, Prefix: fmt.Sprintf("tb%d", os.Getpid()), Registry: at, Absent: at + "/nosuch:1",
	})
}
