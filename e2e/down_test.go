package e2e_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

func TestDownLeavesNothingButVolumes(t *testing.T) {
	p := newProject(t, webAndData)
	p.ok("up", "-d")
	p.ok("down")
	assert.Equal(t, len(p.containers()), 0)
	assert.Equal(t, len(p.networks()), 0)
	assert.DeepEqual(t, p.volumes(), []string{"data"})
}

func TestDownWithVolumesRemovesThemToo(t *testing.T) {
	p := newProject(t, webAndData)
	p.ok("up", "-d")
	p.ok("down", "-v")
	assert.Equal(t, len(p.volumes()), 0)
}

func TestDownOfNothingSucceeds(t *testing.T) {
	p := newProject(t, webAndData)
	p.ok("down")
	p.ok("up", "-d")
	p.ok("down", "-v")
	p.ok("down", "-v")
}

func TestDownNeedsNoFile(t *testing.T) {
	p := newProject(t, webAndData)
	p.ok("up", "-d")
	assert.NilError(t, os.Remove(filepath.Join(p.dir, "compose.yaml")))
	p.ok("down", "-v")
	assert.Equal(t, len(p.containers()), 0)
	assert.Equal(t, len(p.networks()), 0)
}

func TestDownRemovesDependentsFirst(t *testing.T) {
	p := newProject(t, `
services:
  app: {image: stack-e2e/dummy, depends_on: [db], environment: {STOP_AFTER: 500ms}}
  db: {image: stack-e2e/dummy}
`)
	p.ok("up", "-d")
	r := p.record()
	p.ok("down")
	var order []string
	app, db := -1, -1
	for i, call := range r.Calls() {
		order = append(order, call.String())
		if call.Method == "DELETE" && app < 0 {
			app = i
		}
		if call.Method == "POST" && strings.HasSuffix(call.Path, "/stop") {
			db = i
		}
	}
	assert.Assert(t, app >= 0 && app < db, "db was stopped before app was removed:\n%s", strings.Join(order, "\n"))
}

func TestOrphansAreNamedAndRemovedOnlyWhenAsked(t *testing.T) {
	p := newProject(t, webAndData)
	p.ok("up", "-d")
	p.write("compose.yaml", `{services: {web: {image: stack-e2e/dummy}}}`)
	up := p.ok("up", "-d")
	assert.Assert(t, strings.Contains(up.Stderr, "other-1"), up.Stderr)
	assert.DeepEqual(t, p.names(), []string{"other-1", "web-1"})
	p.ok("up", "-d", "--remove-orphans")
	assert.DeepEqual(t, p.names(), []string{"web-1"})
}

func TestDownNamesWhoHoldsANetwork(t *testing.T) {
	p := newProject(t, webAndData)
	p.ok("up", "-d")
	holder := p.name + "-holder"
	foreign(t, "--name", holder, "--network", p.name+"_default")
	p.fails(1, []string{"down"}, holder)
	assert.Equal(t, len(p.containers()), 0)
	p.ok("up", "-d")
	command(t, "docker", "rm", "-fv", holder)
	p.ok("down")
	assert.Equal(t, len(p.networks()), 0)
}

func TestVolumeOfSomebodyElseIsUsedAndNeverRemoved(t *testing.T) {
	p := newProject(t, webAndData)
	foreign := p.name + "_data"
	command(t, "docker", "volume", "create", foreign)
	t.Cleanup(func() { command(t, "docker", "volume", "rm", foreign) })
	up := p.ok("up", "-d")
	assert.Assert(t, strings.Contains(up.Stderr, foreign), up.Stderr)
	assert.Equal(t, p.inspect("web-1").Mounts[0].Name, foreign)
	p.ok("down", "-v")
	command(t, "docker", "volume", "inspect", foreign)
}

func TestContainerOfSomebodyElseIsNotTouched(t *testing.T) {
	p := newProject(t, `{services: {web: {image: stack-e2e/dummy, container_name: "${TAKEN}"}}}`)
	taken := p.name + "-taken"
	p.write(".env", "TAKEN="+taken+"\n")
	id := foreign(t, "--name", taken)
	p.fails(1, []string{"up", "-d"}, taken)
	p.ok("down", "-v", "--remove-orphans")
	assert.Equal(t, command(t, "docker", "inspect", "-f", "{{.State.Running}} {{.Id}}", taken), "true "+id+"\n")
}
