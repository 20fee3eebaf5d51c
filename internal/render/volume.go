package render

import (
	"io"

	"github.com/stackctl/stack/state"
)

// VolumeOptions say how volumes are listed.
type VolumeOptions struct {
	// Format is table, json, a Go template, or "table TEMPLATE". Empty is table.
	Format string
	// Quiet prints the names alone.
	Quiet bool
}

const volumeTable = "table {{.Driver}}\t{{.Name}}"

// unknown stands for what the engine does not tell of a volume in a list.
const unknown = "N/A"

// volumeRow is a volume as templates and JSON see it. The fields are those of
// `docker compose volumes`, in the order of its JSON.
type volumeRow struct {
	Availability string
	Driver       string
	Group        string
	Labels       string
	Links        string
	Mountpoint   string
	Name         string
	Scope        string
	Size         string
	Status       string

	labels map[string]string
}

// Label returns the value of one label.
func (r volumeRow) Label(name string) string { return r.labels[name] }

// Volumes lists volumes, as `docker compose volumes` does.
func Volumes(w io.Writer, volumes []state.ObservedVolume, options VolumeOptions) error {
	if options.Quiet {
		return printEach(w, volumes, func(v state.ObservedVolume) string { return v.Name })
	}
	rows := make([]volumeRow, 0, len(volumes))
	for _, v := range volumes {
		rows = append(rows, volumeRow{
			Availability: unknown, Driver: v.Driver, Group: unknown, Labels: labelList(v.Labels), Links: unknown,
			Mountpoint: v.Mountpoint, Name: v.Name, Scope: v.Scope, Size: unknown, Status: unknown, labels: v.Labels,
		})
	}
	format := options.Format
	if format == "" || format == "table" {
		format = volumeTable
	}
	return List(w, rows, format, Headers{
		"Availability": "AVAILABILITY", "Driver": "DRIVER", "Group": "GROUP", "Labels": "LABELS", "Links": "LINKS",
		"Mountpoint": "MOUNTPOINT", "Name": "VOLUME NAME", "Scope": "SCOPE", "Size": "SIZE", "Status": "STATUS",
	})
}
