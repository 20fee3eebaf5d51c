package render

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/template"

	"github.com/docker/cli/templates"
)

// Headers are the titles of a list's columns, by the name of the field.
type Headers map[string]string

// Label is the title of a column that shows one label.
func (Headers) Label(name string) string {
	_, last, found := cutLast(name, ".")
	if !found {
		last = name
	}
	return strings.NewReplacer("-", " ", "_", " ").Replace(last)
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// List prints rows in one of the formats of docker's --format: json is one
// object a line, "table TEMPLATE" is the Go template in columns under headers,
// anything else is the Go template, one line a row. A row is a struct; its
// fields and methods are what a template names.
func List[T any](w io.Writer, rows []T, format string, headers Headers) error {
	if format == "json" {
		return listJSON(w, rows)
	}
	text, table := strings.CutPrefix(format, "table")
	text = strings.NewReplacer(`\t`, "\t", `\n`, "\n").Replace(strings.Trim(text, " "))
	parsed, err := templates.Parse(text)
	if err != nil {
		return fmt.Errorf("template parsing error: %w", err)
	}
	var lines bytes.Buffer
	for _, row := range rows {
		if err := parsed.Execute(&lines, row); err != nil {
			return fmt.Errorf("template parsing error: %w", err)
		}
		lines.WriteByte('\n')
	}
	if !table {
		_, err := w.Write(lines.Bytes())
		return err
	}
	return listTable(w, parsed, lines.Bytes(), headers)
}

func listTable(w io.Writer, parsed *template.Template, lines []byte, headers Headers) error {
	t := newTabs(w)
	// A template that does more with a field than to print it may not run on
	// headers; what it printed until then is the best header there is.
	_ = parsed.Funcs(templates.HeaderFunctions).Execute(t, headers)
	if _, err := fmt.Fprintln(t); err != nil {
		return err
	}
	if _, err := t.Write(lines); err != nil {
		return err
	}
	return t.Flush()
}

func listJSON[T any](w io.Writer, rows []T) error {
	encoder := json.NewEncoder(w)
	for _, row := range rows {
		if err := encoder.Encode(row); err != nil {
			return err
		}
	}
	return nil
}
