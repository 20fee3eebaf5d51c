package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"testing"

	"github.com/hashicorp/go-multierror"
	"go.uber.org/goleak"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/reconciler"
)

func TestTheFirstSignalEndsSoftAndTheSecondHard(t *testing.T) {
	defer goleak.VerifyNone(t)
	signals := make(chan os.Signal)
	i := watchSignals(signals)
	defer i.close()
	assert.Equal(t, i.code(), 0)
	signals <- syscall.SIGTERM
	<-i.soft.Done()
	assert.NilError(t, i.hard.Err())
	assert.Equal(t, i.code(), 143)
	signals <- os.Interrupt
	<-i.hard.Done()
	assert.Equal(t, i.code(), 143, "the first signal counts")
}

func TestWithoutSignalsTheContextsLastAsLongAsTheCommand(t *testing.T) {
	defer goleak.VerifyNone(t)
	i := watchSignals(nil)
	assert.NilError(t, i.soft.Err())
	i.close()
	assert.Assert(t, i.soft.Err() != nil)
	assert.Equal(t, i.code(), 0)
}

func TestAnInterruptLeavesOnlyOtherErrors(t *testing.T) {
	real := errors.New("port is taken")
	assert.NilError(t, withoutInterrupts(fmt.Errorf("list containers: %w", context.Canceled)))
	assert.NilError(t, withoutInterrupts(reconciler.ErrInterrupted))
	joined := multierror.Append(nil, real, reconciler.ErrInterrupted, fmt.Errorf("create web: %w", context.Canceled))
	assert.Error(t, withoutInterrupts(joined), "port is taken")
}
