package state

// TerminalSize is the size of a terminal in characters; the zero value is one
// that is not known.
type TerminalSize struct {
	Width, Height uint
}

// StreamOptions say how a caller's streams are joined to a process.
type StreamOptions struct {
	// Stdin joins the caller's input too.
	Stdin bool
	// TTY gives the process a terminal, and Size is its size at first. A
	// container's own process has one or not since the container was created.
	TTY  bool
	Size TerminalSize
	// DetachKeys are the keys that end a session with a terminal and leave the
	// process running, as the docker CLI writes them: "ctrl-p,ctrl-q". Empty are
	// the engine's own.
	DetachKeys string
}
