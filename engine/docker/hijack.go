package docker

import (
	"context"
	"time"

	"github.com/docker/docker/api/types"
)

// hijack makes a call that turns its connection into a stream of both sides.
// The engine answers as soon as it takes the call. The client cannot be
// interrupted while it waits for that: one that is in vain is left to end with
// its connection.
func (d *daemon) hijack(ctx context.Context, call func() (types.HijackedResponse, error)) (types.HijackedResponse, error) {
	type answer struct {
		attached types.HijackedResponse
		err      error
	}
	answers := make(chan answer, 1)
	go func() {
		attached, err := call()
		answers <- answer{attached, err}
	}()
	limit := time.NewTimer(d.bounds.answer)
	defer limit.Stop()
	var err error
	select {
	case a := <-answers:
		return a.attached, a.err
	case <-ctx.Done():
		err = ctx.Err()
	case <-limit.C:
		err = &mute{d.bounds.answer}
	}
	go func() {
		if late := <-answers; late.err == nil {
			late.attached.Close()
		}
	}()
	return types.HijackedResponse{}, err
}
