package cli

import (
	"io"
	"os"
	"slices"
	"strings"

	"github.com/stackctl/stack/internal/render"
	"github.com/stackctl/stack/internal/terminal"
)

// Process is what a command sees of the process that it runs in.
type Process struct {
	In       io.Reader
	Out, Err io.Writer
	// Program is what the program was called as, a path or a name.
	Program string
	// Environ is the environment, KEY=VALUE.
	Environ []string
	// Dir is the working directory, absolute.
	Dir string
	// Signals are the interrupts that arrive; it may be nil.
	Signals <-chan os.Signal
	// Version is what `stack version` prints.
	Version string
}

// lookup finds a variable of the process's environment.
func (p Process) lookup(key string) (string, bool) {
	for i := len(p.Environ) - 1; i >= 0; i-- {
		if k, v, ok := strings.Cut(p.Environ[i], "="); ok && k == key {
			return v, true
		}
	}
	return "", false
}

func (p Process) getenv(key string) string {
	value, _ := p.lookup(key)
	return value
}

// with is the process with a variable set.
func (p Process) with(key, value string) Process {
	p = p.without(key)
	p.Environ = append(p.Environ, key+"="+value)
	return p
}

// without is the process without a variable.
func (p Process) without(key string) Process {
	p.Environ = slices.DeleteFunc(slices.Clone(p.Environ), func(pair string) bool { return strings.HasPrefix(pair, key+"=") })
	return p
}

// isTerminal is true for a reader or writer that a person sits at.
func isTerminal(stream any) bool { return terminal.Is(stream) }

// terminalSize is the size of the terminal behind w, and 80 by 24 elsewhere.
func terminalSize(w io.Writer) (width, height int) {
	if size := terminal.Size(w); size.Width > 0 {
		return int(size.Width), int(size.Height)
	}
	return 80, 24
}

// folded is a stream for text of whole lines, which are folded where a person
// sits at it.
func folded(w io.Writer) io.Writer {
	if !isTerminal(w) {
		return w
	}
	width, _ := terminalSize(w)
	return render.Folded(w, width)
}
