package render

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/stackctl/stack/state"
)

// ProjectOptions say how projects are listed.
type ProjectOptions struct {
	// Format is table or json. Empty is table.
	Format string
	// Quiet prints the names alone.
	Quiet bool
}

// projectRow is a project. The fields are those of `docker compose ls`, in the
// order of its JSON.
type projectRow struct {
	Name        string
	Status      string
	ConfigFiles string
}

// Projects lists the projects that containers belong to, sorted by name, as
// `docker compose ls` does.
func Projects(w io.Writer, containers []state.Container, options ProjectOptions) error {
	byName := map[string][]state.Container{}
	for _, c := range containers {
		byName[c.Project] = append(byName[c.Project], c)
	}
	rows := []projectRow{}
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		rows = append(rows, projectRow{name, projectStatus(byName[name]), configFiles(byName[name])})
	}
	switch {
	case options.Quiet:
		return printEach(w, rows, func(r projectRow) string { return r.Name })
	case options.Format == "json":
		text, err := json.Marshal(rows)
		if err != nil {
			return fmt.Errorf("projects: %w", err)
		}
		_, err = fmt.Fprintln(w, string(text))
		return err
	}
	lines := [][]string{{"NAME", "STATUS", "CONFIG FILES"}}
	for _, r := range rows {
		lines = append(lines, []string{r.Name, r.Status, r.ConfigFiles})
	}
	return wideTable(w, lines)
}

// projectStatus counts a project's containers: exited(1), running(2).
func projectStatus(containers []state.Container) string {
	counts := map[string]int{}
	for _, c := range containers {
		counts[string(c.Status)]++
	}
	var all []string
	for _, status := range slices.Sorted(maps.Keys(counts)) {
		all = append(all, fmt.Sprintf("%s(%d)", status, counts[status]))
	}
	return strings.Join(all, ", ")
}

// configFiles are the compose files that a project's containers were made from.
func configFiles(containers []state.Container) string {
	var all []string
	for _, c := range containers {
		files, told := c.Labels[state.LabelConfigFiles]
		if !told {
			return "N/A"
		}
		for file := range strings.SplitSeq(files, ",") {
			if !slices.Contains(all, file) {
				all = append(all, file)
			}
		}
	}
	return strings.Join(all, ",")
}

// wideTable prints lines in the columns of those lists that docker compose draws
// itself: at least twenty cells wide.
func wideTable(w io.Writer, lines [][]string) error {
	t := tabwriter.NewWriter(w, 20, 1, 3, ' ', 0)
	for _, line := range lines {
		if _, err := fmt.Fprintln(t, strings.Join(line, "\t")); err != nil {
			return err
		}
	}
	return t.Flush()
}
