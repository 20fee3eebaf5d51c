package docker_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/stackctl/stack/engine/enginetest"
)

func TestConformance(t *testing.T) {
	enginetest.Run(t, enginetest.Target{Engine: live(t), Image: image, Prefix: fmt.Sprintf("tb%d", os.Getpid())})
}
