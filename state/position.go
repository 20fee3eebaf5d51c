package state

import (
	"strconv"
	"strings"
)

// Position is where something is written: a file, as the user would name it,
// and a line, counted from 1.
type Position struct {
	File string `json:"file"`
	Line int    `json:"line"`
}

// String returns file:line, and nothing for the zero value.
func (p Position) String() string {
	if p.File == "" {
		return ""
	}
	return p.File + ":" + strconv.Itoa(p.Line)
}

// Written finds a field among the positions of a service, network or volume
// (its Where). It returns the longest part of the field's path that is written
// itself, and where; the empty path is the whole.
func Written(where map[string]Position, field string) (path string, at Position) {
	for {
		if at, found := where[field]; found || field == "" {
			return field, at
		}
		field = field[:max(0, strings.LastIndexAny(field, ".["))]
	}
}
