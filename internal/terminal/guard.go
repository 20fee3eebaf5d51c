package terminal

import (
	"os"
	"os/signal"
	"sync"
)

// guarded is a function that restores a terminal, once. Until it is called, a
// signal that would end the process without a word restores the terminal first.
func guarded(restore func()) func() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, fatal()...)
	done := make(chan struct{})
	once := sync.OnceFunc(func() {
		signal.Stop(signals)
		close(done)
		restore()
	})
	go func() {
		select {
		case s := <-signals:
			once()
			raise(s)
		case <-done:
		}
	}()
	return once
}
