package render

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/hashicorp/go-multierror"
)

// Error prints an error for a person: a single one as it is, several joined
// ones as a list, each cause once.
func Error(w io.Writer, err error, color bool) error {
	if err == nil {
		return nil
	}
	causes := flatten(err)
	s := style{color}
	var out strings.Builder
	if len(causes) == 1 {
		fmt.Fprintf(&out, "%s %s\n", s.paint(red, "Error:"), causes[0])
	} else {
		fmt.Fprintf(&out, "%s\n", s.paint(red, fmt.Sprintf("%d errors:", len(causes))))
		for _, cause := range causes {
			fmt.Fprintf(&out, "  - %s\n", strings.ReplaceAll(strings.TrimSpace(cause), "\n", "\n    "))
		}
	}
	_, failed := io.WriteString(w, out.String())
	return failed
}

// flatten returns the messages of the errors that were joined in err, in
// order, each once. What wraps joined errors with words before them puts these
// before each.
func flatten(err error) []string {
	var all []string
	var walk func(prefix string, err error)
	walk = func(prefix string, err error) {
		parts, before := split(err)
		for _, part := range parts {
			walk(prefix+before, part)
		}
		if text := prefix + err.Error(); len(parts) == 0 && !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	walk("", err)
	return all
}

// split returns the errors that err joins, none if it is one error, and the
// words that it has before them.
func split(err error) (parts []error, before string) {
	var several *multierror.Error
	var joined join
	var whole string
	switch {
	case errors.As(err, &several):
		parts, whole = several.WrappedErrors(), several.Error()
	case errors.As(err, &joined) && joined.Error() == texts(joined.Unwrap()):
		parts, whole = joined.Unwrap(), joined.Error()
	}
	before, wraps := strings.CutSuffix(err.Error(), whole)
	if !wraps {
		return nil, ""
	}
	return parts, before
}

// join is what errors.Join returns, and an error of fmt.Errorf with several
// %w. Only the former's text is that of its parts, a line each.
type join interface {
	error
	Unwrap() []error
}

func texts(errs []error) string {
	lines := make([]string, len(errs))
	for i, err := range errs {
		lines[i] = err.Error()
	}
	return strings.Join(lines, "\n")
}
