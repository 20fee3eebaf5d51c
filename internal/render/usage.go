package render

import (
	"io"
	"strconv"

	units "github.com/docker/go-units"

	"github.com/stackctl/stack/state"
)

// UsageOptions say how the containers' use of resources is listed.
type UsageOptions struct {
	// Format is table, json, a Go template, or "table TEMPLATE". Empty is table.
	Format string
	// NoTrunc prints ids in full.
	NoTrunc bool
}

// ContainerUsage is what a container uses.
type ContainerUsage struct {
	ID, Name string
	state.Usage
	// Unknown is true while the engine has not told.
	Unknown bool
}

const usageTable = "table {{.ID}}\t{{.Name}}\t{{.CPUPerc}}\t{{.MemUsage}}\t{{.MemPerc}}\t{{.NetIO}}\t{{.BlockIO}}\t{{.PIDs}}"

// usageRow is what a container uses, as templates and JSON see it. The fields
// are those of `docker stats`, in the order of its JSON.
type usageRow struct {
	BlockIO   string
	CPUPerc   string
	Container string
	ID        string
	MemPerc   string
	MemUsage  string
	Name      string
	NetIO     string
	PIDs      string
}

// Usage lists what containers use, as `docker compose stats` does.
func Usage(w io.Writer, all []ContainerUsage, options UsageOptions) error {
	rows := make([]usageRow, 0, len(all))
	for _, u := range all {
		rows = append(rows, newUsageRow(u, options))
	}
	format := options.Format
	if format == "" || format == "table" {
		format = usageTable
	}
	return List(w, rows, format, Headers{
		"BlockIO": "BLOCK I/O", "CPUPerc": "CPU %", "Container": "CONTAINER", "ID": "CONTAINER ID", "MemPerc": "MEM %",
		"MemUsage": "MEM USAGE / LIMIT", "Name": "NAME", "NetIO": "NET I/O", "PIDs": "PIDS",
	})
}

func newUsageRow(u ContainerUsage, options UsageOptions) usageRow {
	row := usageRow{Container: u.ID, ID: shortID(u.ID, ContainerOptions{NoTrunc: options.NoTrunc}), Name: u.Name}
	if u.Unknown {
		row.BlockIO, row.CPUPerc, row.MemPerc, row.NetIO, row.PIDs, row.MemUsage = "--", "--", "--", "--", "--", "-- / --"
		return row
	}
	row.CPUPerc = percent(u.CPUPercent)
	row.MemPerc = percent(u.MemoryPercent())
	row.MemUsage = units.BytesSize(float64(u.Memory)) + " / " + units.BytesSize(float64(u.MemoryLimit))
	row.NetIO = size(u.NetworkIn) + " / " + size(u.NetworkOut)
	row.BlockIO = size(u.BlockRead) + " / " + size(u.BlockWrite)
	row.PIDs = strconv.FormatUint(u.PIDs, 10)
	return row
}

func size(bytes uint64) string { return units.HumanSizeWithPrecision(float64(bytes), 3) }

func percent(value float64) string { return strconv.FormatFloat(value, 'f', 2, 64) + "%" }
