package docker

import (
	"errors"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/engine"
)

// What an engine says that is still at work on a call of a run that is gone is
// a conflict: the next run looks again.
func TestAnEngineThatIsStillAtWorkIsAConflict(t *testing.T) {
	for _, text := range []string{
		"Pool overlaps with other one on this address space",
		"unable to remove filesystem for 650bf60f1a9b: unlinkat /var/lib/docker/containers/650bf60f1a9b: directory not empty",
		"error while removing network: network p_default id 4b79bf44fec7 has active endpoints",
		"remove p_data: volume is in use - [127ba9151f4b]",
	} {
		assert.Equal(t, sentinel(errors.New("Error response from daemon: "+text)), engine.ErrConflict, text)
	}
	assert.Equal(t, sentinel(errors.New("no space left on device")), nil)
}
