package cli

import (
	"context"
	"os"
	"os/signal"
	"sync"
	"time"

	"github.com/stackctl/stack/engine"
)

// signalWithin bounds how long the engine may take to pass a signal on.
const signalWithin = 10 * time.Second

// forward passes the signals that come on to a container's process, in place of
// ending the command, until the function that it returns is called.
func (a *app) forward(e engine.Signals, container string) (stop func()) {
	incoming := make(chan os.Signal, 16)
	signal.Notify(incoming, passedOn()...)
	undivert := a.interrupt.divert(func(s os.Signal) {
		select {
		case incoming <- s:
		default: // there is enough to do
		}
	})
	ctx, cancel := context.WithCancel(context.Background())
	var ended sync.WaitGroup
	ended.Go(func() {
		for {
			select {
			case s := <-incoming:
				pass(ctx, e, container, s)
			case <-ctx.Done():
				return
			}
		}
	})
	return sync.OnceFunc(func() {
		undivert()
		signal.Stop(incoming)
		cancel()
		ended.Wait()
	})
}

// pass passes one signal on. A process that has ended needs none.
func pass(ctx context.Context, e engine.Signals, container string, s os.Signal) {
	name := signalName(s)
	if name == "" {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, signalWithin)
	defer cancel()
	_ = e.KillContainer(ctx, container, name)
}
