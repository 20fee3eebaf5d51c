package render

import (
	"bytes"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/stackctl/stack/internal/drift"
	"github.com/stackctl/stack/state"
)

// everyDrift has one of each kind.
func everyDrift() drift.Report {
	web := func(n int, d drift.Drift) drift.Drift {
		d.Ref = state.ContainerRef("web", n)
		if d.Name == "" {
			d.Name = "shop-" + d.Ref.Name + "-1"
		}
		return d
	}
	return drift.Report{
		Project: "shop",
		Basis:   drift.Basis{Source: drift.FromRevision, Revision: 7, At: noon(), By: "anna@lab", Command: "up", Outcome: "succeeded"},
		Drifts: []drift.Drift{
			web(1, drift.Drift{Kind: drift.Removed}),
			web(2, drift.Drift{Kind: drift.Stopped, Field: "status", Applied: "running", Found: "exited (137), out of memory"}),
			web(2, drift.Drift{Kind: drift.Changed, Field: "mem_limit", Applied: "64m"}),
			web(2, drift.Drift{Kind: drift.Retagged, Field: "image nginx:1", Applied: "aaaa", Found: "bbbb"}),
			web(3, drift.Drift{Name: "mine", Kind: drift.Renamed, Field: "name", Applied: "shop-web-3", Found: "mine"}),
			web(4, drift.Drift{Kind: drift.Recreated, Field: "id", Applied: "aaaa", Found: "bbbb"}),
			web(5, drift.Drift{Kind: drift.Added, Field: "id", Found: "bbbb"}),
			web(6, drift.Drift{Kind: drift.Orphaned, Field: "id", Found: "bbbb"}),
			web(7, drift.Drift{Kind: drift.Detached, Field: "network", Applied: "shop_front"}),
			web(7, drift.Drift{Kind: drift.Attached, Field: "network", Found: "other"}),
			web(8, drift.Drift{Kind: drift.Restarting, Field: "status", Applied: "running", Found: "restarting (1)"}),
			web(9, drift.Drift{Kind: drift.Paused, Field: "status", Applied: "running", Found: "paused"}),
			{Ref: state.ImageRef("busybox"), Name: "busybox", Kind: drift.Removed, Services: []string{"job"}},
			{Ref: state.NetworkRef("front"), Name: "shop_front", Kind: drift.Removed, Services: []string{"api", "web"}},
			{Ref: state.VolumeRef("data"), Name: "shop_data", Kind: drift.Recreated, Field: "created", Found: "2026-05-04T12:00:00Z"},
		},
	}
}

func printDrift(t *testing.T, report drift.Report, color bool) string {
	t.Helper()
	var out bytes.Buffer
	assert.NilError(t, Drift(&out, report, DriftOptions{Color: color, Now: noon().Add(5 * time.Minute)}))
	return out.String()
}

func TestDriftIsShown(t *testing.T) {
	golden.Assert(t, printDrift(t, everyDrift(), false), "drift.txt")
	golden.Assert(t, printDrift(t, everyDrift(), true), "drift-color.txt")
	failed := drift.Report{Basis: drift.Basis{Source: drift.FromRevision, Revision: 8, At: noon(), By: "anna@lab", Command: "up", Outcome: "failed"}}
	assert.Equal(t, printDrift(t, failed, false), "No drift from revision 8 (up, failed, 5 minutes ago by anna@lab).\n")
	none := drift.Report{Project: "shop", Basis: drift.Basis{Source: drift.FromLabels}, Unknown: []string{"this", "that"}}
	golden.Assert(t, printDrift(t, none, false), "drift-none.txt")
}

func TestDriftIsData(t *testing.T) {
	var out bytes.Buffer
	report := everyDrift()
	report.Drifts = append(report.Drifts[1:2:2], report.Drifts[13:]...)
	assert.NilError(t, DriftJSON(&out, report))
	golden.Assert(t, out.String(), "drift.json")
}
