package project

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

var (
	// yamlPlace is the last place that a YAML error names: the one where the
	// parser gave up. The ones before say what it was reading.
	yamlPlace   = regexp.MustCompile(`line (\d+)(?:, column (\d+))?:? *`)
	parserError = regexp.MustCompile(`while parsing|did not find expected <`)
	yamlHints   = []struct{ fragment, hint string }{
		{"did not find expected key", "check the indentation of this line and the one before, and that brackets and quotes are closed"},
		{"mapping values are not allowed", "quote the value if it holds \": \", or check the indentation"},
		{"found character that cannot start any token", "YAML is indented with spaces: replace tabs, and quote values that start with @ or `"},
		{"unknown anchor", "define the anchor with & before it is used with *"},
		{"did not find expected ',' or ']'", "close the list with ]"},
		{"did not find expected ',' or '}'", "close the mapping with }"},
		{"could not find expected ':'", "write KEY: VALUE"},
		{"did not find expected '-' indicator", "start each item of the list with - at the same indentation"},
		{"found unexpected end of stream", "close the quote"},
		{"did not find expected alphabetic or numeric", "quote the value: * starts an alias in YAML"},
		{"block sequence entries are not allowed", "put the list on the next line"},
		{"found a tab character", "YAML is indented with spaces: replace the tab"},
		{"did not find URI escaped octet", "quote the value"},
		{"control characters are not allowed", "save the file as UTF-8 text"},
		{"invalid leading UTF-8 octet", "save the file as UTF-8 text"},
		{"did not find expected whitespace or line break", "quote the value"},
	}
)

// syntaxErrors are the places where a file is not YAML.
func syntaxErrors(file string, err error) Errors {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	e := &Error{File: file, Message: text, cause: err}
	if places := yamlPlace.FindAllStringSubmatchIndex(text, -1); len(places) > 0 {
		last := places[len(places)-1]
		e.Line, _ = strconv.Atoi(text[last[2]:last[3]])
		e.Column = 1 // not named if it is the first
		if last[4] >= 0 {
			e.Column, _ = strconv.Atoi(text[last[4]:last[5]])
		}
		e.Message = text[last[1]:]
		if parserError.MatchString(text) {
			e.Line++ // yaml counts lines from 0 in these
		}
	}
	for _, h := range yamlHints {
		if strings.Contains(e.Message, h.fragment) {
			e.Hint = h.hint
			break
		}
	}
	e.Message = "expected YAML: " + e.Message
	return Errors{e}
}

// duplicateKeys are the keys that are there twice in one mapping.
func duplicateKeys(file string, node *yaml.Node, path string) Errors {
	var errs Errors
	first := map[string]*yaml.Node{}
	for i, child := range node.Content {
		inner := path
		if node.Kind == yaml.MappingNode {
			key := node.Content[i-i%2]
			inner = strings.TrimPrefix(path+"."+key.Value, ".")
			if i%2 == 0 && key.Value != "<<" {
				if before := first[key.Value]; before != nil {
					errs = append(errs, &Error{File: file, Line: key.Line, Column: key.Column, Path: inner,
						Message: fmt.Sprintf("expected each key once, found %q also in line %d", key.Value, before.Line),
						Hint:    "remove or rename one of them"})
				}
				first[key.Value] = key
			}
		}
		if node.Kind == yaml.SequenceNode {
			inner = fmt.Sprintf("%s.%d", path, i)
		}
		errs = append(errs, duplicateKeys(file, child, inner)...)
	}
	return errs
}
