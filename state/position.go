package state

import "strconv"

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
