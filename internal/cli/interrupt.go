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
	to    func(os.Signal) // who takes the signals in place of the contexts; nil is nobody
}

func watchSignals(signals <-chan os.Signal) *interrupt {
	i := &interrupt{done: make(chan struct{})}
	var endSoft, endHard context.CancelFunc
	i.hard, endHard = context.WithCancel(context.Background())
	i.soft, endSoft = context.WithCancel(i.hard)
	i.ended.Go(func() {
		defer endHard()
		ends := []context.CancelFunc{endSoft, endHard}
		for {
			select {
			case s := <-signals:
				if i.passed(s) || len(ends) == 0 {
					continue
				}
				i.note(s)
				ends[0]()
				ends = ends[1:]
			case <-i.done:
				return
			}
		}
	})
	return i
}

// divert hands the signals from now on to a function, until the one that it
// returns is called.
func (i *interrupt) divert(to func(os.Signal)) (stop func()) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.to = to
	return func() {
		i.mu.Lock()
		defer i.mu.Unlock()
		i.to = nil
	}
}

// passed is true for a signal that was diverted.
func (i *interrupt) passed(s os.Signal) bool {
	i.mu.Lock()
	to := i.to
	i.mu.Unlock()
	if to == nil {
		return false
	}
	to(s)
	return true
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
