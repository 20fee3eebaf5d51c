package terminal

import (
	"os"

	"github.com/moby/term"
)

// Keys hands keys on as they are pressed, and shows none, until the function
// that it returns is called; Ctrl-C and its like stay signals. ok is false where
// there is no terminal, or another program has it.
func Keys(in any) (restore func(), ok bool) {
	if !Is(in) {
		return nil, false
	}
	fd := in.(*os.File).Fd()
	before, err := term.SaveState(fd)
	if err != nil || !foreground(fd) || setKeys(fd) != nil {
		return nil, false
	}
	return guarded(func() { _ = term.RestoreTerminal(fd, before) }), true // one that is gone needs it no more
}
