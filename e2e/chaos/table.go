package main

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// printTable writes a line for each scenario, and the sum.
func printTable(w io.Writer, rows []row, harms []harm) (failures int) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(table, "scenario\tcalls\t")
	for _, h := range harms {
		fmt.Fprintf(table, "%s\t", h)
	}
	fmt.Fprintln(table, "failures\t")
	sum := map[harm]int{}
	for _, r := range rows {
		fmt.Fprintf(table, "%s\t%d\t", r.scenario, r.calls)
		for _, h := range harms {
			fmt.Fprintf(table, "%d\t", r.trials[h])
			sum[h] += r.trials[h]
		}
		fmt.Fprintf(table, "%d\t\n", len(r.failures))
		failures += len(r.failures)
	}
	fmt.Fprint(table, "all\t\t")
	total := 0
	for _, h := range harms {
		fmt.Fprintf(table, "%d\t", sum[h])
		total += sum[h]
	}
	fmt.Fprintf(table, "%d\t\n", failures)
	table.Flush()
	fmt.Fprintf(w, "%d scenarios × %d cut points, failures: %d\n", len(rows), total, failures)
	return failures
}
