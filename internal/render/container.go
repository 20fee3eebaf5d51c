package render

import (
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/stackctl/stack/state"
)

// ContainerOptions say how containers are listed. The zero value is the table
// that `stack ps` prints.
type ContainerOptions struct {
	// Format is table, json, raw, a Go template, or "table TEMPLATE". Empty is
	// table.
	Format string
	// NoTrunc prints ids, commands and mounts in full.
	NoTrunc bool
	// Quiet prints the ids alone, Services the services' names alone.
	Quiet    bool
	Services bool
	// Now is the time that ages are counted to, in the zone to show times in.
	Now time.Time
}

const (
	containerTable = "table {{.Name}}\t{{.Image}}\t{{.Command}}\t{{.Service}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}"
	// taskTable is containerTable for the tasks of a Swarm.
	taskTable    = "table {{.Name}}\t{{.Image}}\t{{.Node}}\t{{.Service}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}"
	containerRaw = `container_id: {{.ID}}
image: {{.Image}}
command: {{.Command}}
created_at: {{.CreatedAt}}
state: {{- pad .State 1 0}}
status: {{- pad .Status 1 0}}
names: {{.Names}}
labels: {{- pad .Labels 1 0}}
ports: {{- pad .Ports 1 0}}
`
)

// Containers lists containers, sorted by name, as `docker compose ps` does.
func Containers(w io.Writer, containers []state.Container, options ContainerOptions) error {
	containers = slices.SortedStableFunc(slices.Values(containers), byName)
	switch {
	case options.Quiet:
		return printEach(w, containers, func(c state.Container) string { return c.ID })
	case options.Services:
		return printEach(w, services(containers), func(name string) string { return name })
	}
	rows := make([]containerRow, 0, len(containers))
	for _, c := range containers {
		rows = append(rows, newContainerRow(c, options))
	}
	onNodes := slices.ContainsFunc(containers, func(c state.Container) bool { return c.Task != "" })
	return List(w, rows, containerFormat(options.Format, onNodes), containerHeaders())
}

func containerFormat(format string, onNodes bool) string {
	switch format {
	case "", "table":
		if onNodes {
			return taskTable
		}
		return containerTable
	case "raw":
		return containerRaw
	}
	return format
}

func containerHeaders() Headers {
	return Headers{
		"Command":      "COMMAND",
		"CreatedAt":    "CREATED AT",
		"Error":        "ERROR",
		"ExitCode":     "EXIT CODE",
		"Health":       "HEALTH",
		"ID":           "CONTAINER ID",
		"Image":        "IMAGE",
		"Labels":       "LABELS",
		"LocalVolumes": "LOCAL VOLUMES",
		"Mounts":       "MOUNTS",
		"Name":         "NAME",
		"Names":        "NAMES",
		"Networks":     "NETWORKS",
		"Node":         "NODE",
		"Ports":        "PORTS",
		"Project":      "PROJECT",
		"Publishers":   "PUBLISHERS",
		"RunningFor":   "CREATED",
		"Service":      "SERVICE",
		"Size":         "SIZE",
		"State":        "STATE",
		"Status":       "STATUS",
		"Task":         "TASK ID",
	}
}

func byName(a, b state.Container) int {
	switch {
	case a.Name < b.Name:
		return -1
	case a.Name > b.Name:
		return 1
	}
	return 0
}

// services returns the services of containers, each once, in their order.
func services(containers []state.Container) []string {
	var names []string
	for _, c := range containers {
		if !slices.Contains(names, c.Service) {
			names = append(names, c.Service)
		}
	}
	return names
}

func printEach[T any](w io.Writer, items []T, text func(T) string) error {
	for _, item := range items {
		if _, err := fmt.Fprintln(w, text(item)); err != nil {
			return err
		}
	}
	return nil
}
