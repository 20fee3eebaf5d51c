package cp

import (
	"path/filepath"
	"strings"
)

// Stream is the name of standard input or output in place of a file.
const Stream = "-"

// Place is an argument of the command: a path in a service's containers, or on
// this machine.
type Place struct {
	Service string // empty for this machine
	Path    string
}

// ParsePlace reads SERVICE:PATH or a path. An absolute path, and one that
// begins with a dot, is this machine's, whatever it has in it: C:\x, ./a:b.
func ParsePlace(arg string) Place {
	service, path, found := strings.Cut(arg, ":")
	if !found || filepath.IsAbs(arg) || strings.HasPrefix(service, ".") {
		return Place{Path: arg}
	}
	return Place{Service: service, Path: path}
}
