//go:build !windows

package terminal

import (
	"os"
	"os/signal"
	"syscall"
)

// sizes tells when the terminal's size may have changed, until stop is called.
func sizes() (changed <-chan os.Signal, stop func()) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGWINCH)
	return signals, func() { signal.Stop(signals) }
}
