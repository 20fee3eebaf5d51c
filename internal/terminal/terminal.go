// Package terminal joins the terminal, or the pipes, that a command runs at to
// a process in a container.
package terminal

import (
	"os"

	"github.com/moby/term"

	"github.com/stackctl/stack/state"
)

// Is is true for a reader or writer that a person sits at.
func Is(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(f.Fd())
}

// Size is the size of the terminal behind a stream, the zero value if there is
// none or it does not say.
func Size(stream any) state.TerminalSize {
	f, ok := stream.(*os.File)
	if !ok {
		return state.TerminalSize{}
	}
	size, err := term.GetWinsize(f.Fd())
	if err != nil || size.Width == 0 || size.Height == 0 {
		return state.TerminalSize{}
	}
	return state.TerminalSize{Width: uint(size.Width), Height: uint(size.Height)}
}

// Raw hands every key on as it is pressed, Ctrl-C too, until the function that
// it returns is called. That may be more than once, and what is no terminal
// stays as it is.
func Raw(in, out any) (restore func(), err error) {
	var undo []func()
	restore = func() {
		for _, f := range undo {
			f()
		}
	}
	for _, side := range []struct {
		stream any
		set    func(uintptr) (*term.State, error)
	}{{in, term.SetRawTerminal}, {out, term.SetRawTerminalOutput}} {
		if !Is(side.stream) {
			continue
		}
		fd := side.stream.(*os.File).Fd()
		before, err := side.set(fd)
		if err != nil {
			restore()
			return func() {}, err
		}
		if before != nil {
			undo = append(undo, func() { _ = term.RestoreTerminal(fd, before) }) // one that is gone needs it no more
		}
	}
	return restore, nil
}
