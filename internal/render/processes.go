package render

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/stackctl/stack/state"
)

// ContainerProcesses are the processes of a container.
type ContainerProcesses struct {
	Container state.Container
	state.Processes
}

// Processes lists the processes of containers in one table, as `docker compose
// top` does: under the service and the container's number, which one of 'run'
// has not. Titles that only some containers have are columns too.
func Processes(w io.Writer, all []ContainerProcesses) error {
	if len(all) == 0 {
		return nil
	}
	titles := []string{"SERVICE", "#"}
	column := map[string]int{}
	for _, p := range all {
		for _, title := range p.Titles {
			if _, known := column[title]; !known {
				column[title] = len(titles)
				titles = append(titles, title)
			}
		}
	}
	t := tabwriter.NewWriter(w, 4, 1, 2, ' ', 0)
	lines := [][]string{titles}
	for _, p := range all {
		number := ""
		if !p.Container.OneOff {
			number = strconv.Itoa(p.Container.Number)
		}
		for _, row := range p.Rows {
			line := make([]string, len(titles))
			line[0], line[1] = p.Container.Service, number
			for i := range column {
				line[column[i]] = "-"
			}
			for i, cell := range row {
				line[column[p.Titles[i]]] = cell
			}
			lines = append(lines, line)
		}
	}
	for _, line := range lines {
		if _, err := fmt.Fprintln(t, strings.Join(line, "\t")); err != nil {
			return err
		}
	}
	return t.Flush()
}
