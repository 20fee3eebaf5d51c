package cli

import (
	"fmt"
	"slices"
	"strings"
)

// checkFormat says which values --format has where it has another: in the words
// that Docker Compose has for it.
func checkFormat(value string, known ...string) error {
	if slices.Contains(known, value) {
		return nil
	}
	return fmt.Errorf("--format value %q could not be parsed: it is %s", value, strings.Join(known, " or "))
}
