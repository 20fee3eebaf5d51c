package cli

import (
	"os"
	"syscall"
)

// passedOn are the signals that a container's process gets besides those that
// end a command.
func passedOn() []os.Signal { return []os.Signal{syscall.SIGHUP} }

// signalName is what the engine calls a signal.
func signalName(s os.Signal) string {
	switch s {
	case os.Interrupt:
		return "SIGINT"
	case syscall.SIGTERM:
		return "SIGTERM"
	case syscall.SIGHUP:
		return "SIGHUP"
	}
	return ""
}
