package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// row is one line of the table.
type row struct {
	scenario string
	step     step
}

// results are all samples, by row and contender.
type results struct {
	rows     []row
	samples  map[row]map[string][]sample
	failures []error
}

func newResults() *results { return &results{samples: map[row]map[string][]sample{}} }

func (r *results) add(scenario string, what step, who string, s sample) {
	key := row{scenario, what}
	if r.samples[key] == nil {
		r.rows = append(r.rows, key)
		r.samples[key] = map[string][]sample{}
	}
	r.samples[key][who] = append(r.samples[key][who], s)
}

// failed notes a step that has no sample. The others go on.
func (r *results) failed(err error) {
	fmt.Fprintln(os.Stderr, "failed:", err)
	r.failures = append(r.failures, err)
}

func (r *results) print(out io.Writer, contenders []contender) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	header := []string{""}
	for _, who := range contenders {
		header = append(header, who.title())
	}
	for _, who := range contenders[1:] {
		header = append(header, "stack/"+who.title())
	}
	for _, who := range contenders {
		if _, ok := who.(command); ok {
			header = append(header, who.title()+" peak")
		}
	}
	fmt.Fprintln(table, strings.Join(header, "\t")+"\t")
	for _, key := range r.rows {
		fmt.Fprintln(table, strings.Join(r.line(key, contenders), "\t")+"\t")
	}
	return table.Flush()
}

func (r *results) line(key row, contenders []contender) []string {
	cells := []string{fmt.Sprintf("%s: %s", key.scenario, key.step)}
	ours := median(r.samples[key]["stack"], elapsed)
	for _, who := range contenders {
		cells = append(cells, seconds(median(r.samples[key][who.title()], elapsed)))
	}
	for _, who := range contenders[1:] {
		cells = append(cells, ratio(ours, median(r.samples[key][who.title()], elapsed)))
	}
	for _, who := range contenders {
		if _, ok := who.(command); ok {
			cells = append(cells, fmt.Sprintf("%d MiB", median(r.samples[key][who.title()], peak)>>20))
		}
	}
	return cells
}

func elapsed(s sample) int64 { return int64(s.elapsed) }
func peak(s sample) int64    { return s.peak }

// median is 0 when there is no sample.
func median(samples []sample, of func(sample) int64) int64 {
	if len(samples) == 0 {
		return 0
	}
	values := make([]int64, len(samples))
	for i, s := range samples {
		values[i] = of(s)
	}
	slices.Sort(values)
	middle := len(values) / 2
	if len(values)%2 == 1 {
		return values[middle]
	}
	return (values[middle-1] + values[middle]) / 2
}

func seconds(value int64) string {
	if value == 0 {
		return "-"
	}
	return fmt.Sprintf("%.3f s", time.Duration(value).Seconds())
}

func ratio(ours, theirs int64) string {
	if ours == 0 || theirs == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f", float64(ours)/float64(theirs))
}
