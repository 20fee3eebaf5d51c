package cli

import (
	"context"
	"errors"
	"os"
	"sync"
	"syscall"
)

// errInterrupted is a command that ended as it was told to by a signal.
var errInterrupted = errors.New("interrupted")

// interrupt turns signals into contexts: the first signal ends soft, the
// second hard.
type interrupt struct {
	soft, hard context.Context

	done  chan struct{}
	ended sync.WaitGroup

	mu    sync.Mutex
	first os.Signal
}

func watchSignals(signals <-chan os.Signal) *interrupt {
	i := &interrupt{done: make(chan struct{})}
	var endSoft, endHard context.CancelFunc
	i.hard, endHard = context.WithCancel(context.Background())
	i.soft, endSoft = context.WithCancel(i.hard)
	i.ended.Go(func() {
		defer endHard()
		for _, end := range []context.CancelFunc{endSoft, endHard} {
			select {
			case s := <-signals:
				i.note(s)
				end()
			case <-i.done:
				return
			}
		}
		<-i.done
	})
	return i
}

func (i *interrupt) note(s os.Signal) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.first == nil {
		i.first = s
	}
}

// close ends the contexts.
func (i *interrupt) close() {
	close(i.done)
	i.ended.Wait()
}

// code is the exit code that shells give to a process that the first signal
// ended, and 0 if there was none.
func (i *interrupt) code() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	if s, ok := i.first.(syscall.Signal); ok {
		return 128 + int(s)
	}
	return 0
}
