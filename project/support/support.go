// Package support is the table of what becomes of every field of a compose
// file.
//
// It has one row for each path of the Compose Specification's JSON schema, and
// rows for values that are met otherwise than the rest of their field. In a
// path, * stands for a name and [] for an entry of a list. What several things
// have in common stands under services alone: services.*.pre_start[].<container_spec>
// is all that the specification calls container_spec.
package support

import (
	_ "embed"
	"fmt"
	"path"
	"strings"
)

// Status is what becomes of a field on a plain engine.
type Status string

// The statuses.
const (
	Honoured Status = "honoured"
	Swarm    Status = "swarm"   // honoured by a Swarm; a plain engine has no use for it
	Refused  Status = "refused" // honoured by no engine
)

// Severity is what happens where a field cannot be honoured.
type Severity string

// The severities. Silent is for a field that says nothing about what is to run.
const (
	Silent  Severity = ""
	Warning Severity = "warning" // it is left out, and that is said
	Error   Severity = "error"   // without it something else would run: nothing is changed
)

// Field is a row of the table.
type Field struct {
	Path string
	// Value is a pattern (path.Match) of the values that the row is about;
	// empty is all that have no row of their own.
	Value  string
	Status Status
	// Since is the version of the Engine API that brought it; empty is all.
	Since string
	// Otherwise is what happens on an engine that cannot do it.
	Otherwise Severity
	// Note says what to know, or why.
	Note string
	// OnSwarm is what becomes of it on a Swarm.
	OnSwarm Outcome
}

// Outcome is what a Swarm makes of a field.
type Outcome struct {
	Fate Fate
	// Since is the version of the Engine API that brought it; empty is all.
	Since string
	// Otherwise is what happens where it is not honoured.
	Otherwise Severity
	// Note says what to know, or why and what to write instead.
	Note string
}

// Fate says whether a Swarm does what a field says.
type Fate string

// The fates.
const (
	FateHonoured Fate = "honoured"
	FateMapped   Fate = "mapped"   // to what a Swarm has for it
	FateLeftOut  Fate = "left out" // with a warning, unless nothing depends on it
	FateRefused  Fate = "refused"  // something else would run: nothing is changed
)

// Engine is a kind of engine.
type Engine int

// The kinds.
const (
	Plain Engine = iota // Docker Engine: containers on one machine
	Nodes               // Docker Swarm: services on many
)

// Name is the path, with the value that the row is about.
func (f Field) Name() string {
	if f.Value == "" {
		return f.Path
	}
	return f.Path + "=" + f.Value
}

// unconditional is true for what every engine of a kind does as it is written.
func (f Field) unconditional(kind Engine) bool {
	if kind == Nodes {
		return f.OnSwarm.Fate == FateHonoured && f.OnSwarm.Since == ""
	}
	return f.Status == Honoured && f.Since == ""
}

// covers is true when the row is about that value.
func (f Field) covers(value string) bool {
	matched, err := path.Match(f.Value, value)
	return err == nil && matched
}

// Group is some rows under a heading.
type Group struct {
	Title  string
	Fields []Field
}

//go:embed fields.tsv
var text string

// Table returns all rows, in the order in which people read them.
func Table() ([]Group, error) {
	var groups []Group
	for number, line := range strings.Split(strings.TrimSpace(text), "\n") {
		if title, is := strings.CutPrefix(line, "# "); is {
			groups = append(groups, Group{Title: title})
			continue
		}
		field, err := parse(line)
		if err != nil || len(groups) == 0 {
			return nil, fmt.Errorf("fields.tsv:%d: %q is no row: %w", number+1, line, err)
		}
		last := &groups[len(groups)-1]
		last.Fields = append(last.Fields, field)
	}
	return groups, nil
}

// parse reads a row: path[=value], status, API version, severity and note, and
// for a Swarm its fate, API version, severity and note.
func parse(line string) (Field, error) {
	const columns = 9
	cells := strings.Split(line, "\t")
	if len(cells) > columns {
		return Field{}, fmt.Errorf("expected %d columns, found %d", columns, len(cells))
	}
	cells = append(cells, make([]string, columns)...)
	name, value, _ := strings.Cut(cells[0], "=")
	f := Field{Path: name, Value: value, Status: Status(cells[1]), Since: cells[2], Otherwise: Severity(cells[3]), Note: cells[4],
		OnSwarm: Outcome{Fate: Fate(cells[5]), Since: cells[6], Otherwise: Severity(cells[7]), Note: cells[8]}}
	switch f.Status {
	case Honoured, Refused:
	case Swarm:
		if f.Otherwise == Silent {
			f.Otherwise = Warning
		}
	default:
		return f, fmt.Errorf("unknown status %q", f.Status)
	}
	switch o := &f.OnSwarm; o.Fate {
	case FateHonoured, FateMapped, FateLeftOut:
	case FateRefused:
		o.Otherwise = Error
	default:
		return f, fmt.Errorf("unknown fate %q on a Swarm", o.Fate)
	}
	for _, severity := range []Severity{f.Otherwise, f.OnSwarm.Otherwise} {
		if severity != Silent && severity != Warning && severity != Error {
			return f, fmt.Errorf("unknown severity %q", severity)
		}
	}
	for _, since := range []string{f.Since, f.OnSwarm.Since} {
		if since != "" && EngineOf(since) == "" {
			return f, fmt.Errorf("no engine is known to have brought API %s", since)
		}
	}
	return f, nil
}

// EngineOf is the version of the first Docker Engine that speaks an API
// version; empty for one that the table has no use for.
func EngineOf(api string) string {
	return map[string]string{
		"1.42": "23.0",
		"1.43": "24.0",
		"1.44": "25.0",
		"1.45": "26.0",
		"1.46": "27.0",
		"1.48": "28.0",
		"1.49": "28.1",
	}[api]
}
