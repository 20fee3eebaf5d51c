package state

import (
	"io/fs"
	"time"
)

// PathStat is what is at a path in a container.
type PathStat struct {
	Name    string
	Size    int64
	Mode    fs.FileMode
	ModTime time.Time
	// LinkTarget is where a symbolic link leads in the end, absolute in the
	// container.
	LinkTarget string
}

// ExtractOptions say how a tar is extracted in a container.
type ExtractOptions struct {
	// Replace lets a file take a directory's place, and the other way round.
	Replace bool
	// Own gives the files to the user that the container runs as, where it is
	// not root. Otherwise they belong to whom the tar says.
	Own bool
}

// CommitOptions say what an image becomes that is made from a container.
type CommitOptions struct {
	Reference string // name:tag, none if empty
	Author    string
	Message   string
	Changes   []string // Dockerfile instructions: CMD ["x"]
	Pause     bool     // the container meanwhile
}
