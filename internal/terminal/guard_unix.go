//go:build !windows

package terminal

import (
	"os"
	"os/signal"
	"syscall"
)

// fatal are the signals that nobody else takes.
func fatal() []os.Signal { return []os.Signal{syscall.SIGHUP, syscall.SIGQUIT} }

// raise lets a signal do what it does.
func raise(s os.Signal) {
	signal.Reset(s)
	_ = syscall.Kill(os.Getpid(), s.(syscall.Signal)) // a process may always signal itself
}
