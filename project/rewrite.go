package project

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// Rewritten is the file with other names for files that it refers to: those
// that rename returns true for. Everything else stays byte for byte.
func (f SourceFile) Rewritten(rename func(Reference) (string, bool)) ([]byte, error) {
	type edit struct {
		start, end int
		name       string
	}
	var edits []edit
	for _, r := range f.References {
		name, is := rename(r)
		if !is {
			continue
		}
		start, length := scalarAt(f.Content, r.node)
		if length < 0 {
			return nil, &Error{File: f.Name, Line: r.node.Line, Column: r.node.Column, Path: strings.Join(r.Path, "."),
				Message: fmt.Sprintf("expected a path that another one can be put in the place of, found %q", r.node.Value),
				Hint:    "write it in one line, without a tag or an anchor"}
		}
		edits = append(edits, edit{start, start + length, name})
	}
	slices.SortFunc(edits, func(a, b edit) int { return b.start - a.start })
	content := slices.Clone(f.Content)
	for i, e := range edits {
		if i == 0 || e.start != edits[i-1].start { // an alias brings others to the same place
			content = slices.Replace(content, e.start, e.end, []byte(e.name)...)
		}
	}
	return content, nil
}

// scalarAt is where a text is written, and how long it is with its quotes, or
// -1 if it is not written as a text in one line is.
func scalarAt(content []byte, node *yaml.Node) (start, length int) {
	start = offset(content, node.Line, node.Column)
	if start < 0 {
		return 0, -1
	}
	text, _, _ := strings.Cut(string(content[start:]), "\n")
	switch {
	case node.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return start, -1
	case node.Style&yaml.SingleQuotedStyle != 0:
		return start, quoted(text, `'`+strings.ReplaceAll(node.Value, `'`, `''`)+`'`)
	case node.Style&yaml.DoubleQuotedStyle != 0:
		return start, doubleQuoted(text)
	}
	return start, quoted(text, node.Value)
}

// quoted is the length of a token that a text begins with, or -1.
func quoted(text, token string) int {
	if strings.HasPrefix(text, token) {
		return len(token)
	}
	return -1
}

// doubleQuoted is the length of the double-quoted token that a text begins with.
func doubleQuoted(text string) int {
	if !strings.HasPrefix(text, `"`) {
		return -1
	}
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return -1
}

// offset is where a line and a column are, both from 1, or -1.
func offset(content []byte, line, column int) int {
	at := 0
	for range line - 1 {
		end := bytes.IndexByte(content[at:], '\n')
		if end < 0 {
			return -1
		}
		at += end + 1
	}
	for range column - 1 {
		_, size := utf8.DecodeRune(content[at:])
		if size == 0 {
			return -1
		}
		at += size
	}
	return at
}
