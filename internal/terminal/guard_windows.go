package terminal

import "os"

// fatal is none: a console is given back by Windows.
func fatal() []os.Signal { return []os.Signal{os.Kill} }

// raise is never called.
func raise(os.Signal) {}
