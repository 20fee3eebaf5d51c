package cli

import (
	"net"
	"os"
	"sync"
	"time"
)

// hostSocket is the variable in which the docker CLI says where it listens for
// its plugins. It closes the connection when it is told to end itself.
const hostSocket = "DOCKER_CLI_PLUGIN_SOCKET"

// oneInterrupt is how far apart the two ways are on which one Ctrl-C can come: as
// a signal to all processes of a terminal, and from the docker CLI.
const oneInterrupt = 500 * time.Millisecond

// hostSignals are the process's signals, and an interrupt when the docker CLI
// that called us ends. The returned function is to be called at the end.
func (p Process) hostSignals() (<-chan os.Signal, func()) {
	address := p.getenv(hostSocket)
	if address == "" {
		return p.Signals, func() {}
	}
	host, err := net.Dial("unix", address)
	if err != nil { // an older one, that has no such thing
		return p.Signals, func() {}
	}
	h := &pluginHost{signals: make(chan os.Signal), gone: make(chan struct{}), done: make(chan struct{})}
	h.running.Go(func() {
		defer close(h.gone)
		_, _ = host.Read(make([]byte, 1)) // it never says anything
	})
	h.running.Go(func() { h.merge(p.Signals) })
	return h.signals, func() {
		close(h.done)
		_ = host.Close()
		h.running.Wait()
	}
}

type pluginHost struct {
	signals    chan os.Signal
	gone, done chan struct{}
	running    sync.WaitGroup
}

func (h *pluginHost) merge(signals <-chan os.Signal) {
	gone, told := h.gone, time.Time{}
	for {
		var s os.Signal
		select {
		case <-h.done:
			return
		case s = <-signals:
			if gone == nil && time.Since(told) < oneInterrupt {
				continue
			}
			gone = nil // it says no more than the signal did
		case <-gone:
			gone, told, s = nil, time.Now(), os.Interrupt
		}
		select {
		case h.signals <- s:
		case <-h.done:
			return
		}
	}
}
