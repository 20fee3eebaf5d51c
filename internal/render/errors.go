package render

import (
	"errors"
	"fmt"
	"io"
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
// order, each once.
func flatten(err error) []string {
	var all []string
	seen := map[string]bool{}
	var walk func(error)
	walk = func(err error) {
		var several *multierror.Error
		if errors.As(err, &several) {
			walkAll(several.WrappedErrors(), walk)
			return
		}
		if joined, is := err.(interface{ Unwrap() []error }); is && isJoin(err, joined.Unwrap()) {
			walkAll(joined.Unwrap(), walk)
			return
		}
		if text := err.Error(); !seen[text] {
			seen[text] = true
			all = append(all, text)
		}
	}
	walk(err)
	return all
}

func walkAll(errs []error, walk func(error)) {
	for _, err := range errs {
		walk(err)
	}
}

// isJoin is true for what errors.Join returns, false for an error of
// fmt.Errorf with several %w.
func isJoin(err error, parts []error) bool {
	texts := make([]string, len(parts))
	for i, part := range parts {
		texts[i] = part.Error()
	}
	return err.Error() == strings.Join(texts, "\n")
}
