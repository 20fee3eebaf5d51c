package render

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// Table prints rows under headers in columns, as docker does: at least ten
// cells wide, three spaces apart.
func Table(w io.Writer, headers []string, rows [][]string) error {
	t := newTabs(w)
	for _, row := range append([][]string{headers}, rows...) {
		if _, err := fmt.Fprintln(t, strings.Join(row, "\t")); err != nil {
			return err
		}
	}
	return t.Flush()
}

func newTabs(w io.Writer) *tabwriter.Writer {
	return tabwriter.NewWriter(w, 10, 1, 3, ' ', 0)
}
