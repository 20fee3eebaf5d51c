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

// narrow shortens a column so that a table fits a width, if that is enough; 0 is
// no limit.
func narrow(headers []string, rows [][]string, column, width int) {
	widths := make([]int, len(headers))
	total := 0
	for i := range headers {
		for _, row := range append([][]string{headers}, rows...) {
			widths[i] = max(widths[i], cells(row[i]))
		}
		if i+1 < len(headers) {
			total += max(widths[i]+3, 10)
		}
	}
	total += widths[len(widths)-1]
	if width == 0 || total <= width {
		return
	}
	room := max(cells(headers[column]), widths[column]-(total-width))
	for _, row := range rows {
		row[column] = ellipsis(row[column], room)
	}
}

func newTabs(w io.Writer) *tabwriter.Writer {
	return tabwriter.NewWriter(w, 10, 1, 3, ' ', 0)
}
