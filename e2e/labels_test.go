package e2e_test

import (
	"os/exec"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"
)

// TestToolsReadOurLabels looks at a project with python's docker package.
func TestToolsReadOurLabels(t *testing.T) {
	p := newProject(t, `
services:
  db: {image: stack-e2e/dummy, volumes: ["data:/data"]}
  web: {image: stack-e2e/dummy, scale: 2, depends_on: [db]}
volumes: {data: {}}
`)
	p.ok("up", "-d")
	script, err := filepath.Abs("testdata/tools/labels.py")
	assert.NilError(t, err)
	tool := exec.Command("/usr/bin/python3", script, p.name)
	tool.Dir, tool.Env = p.dir, p.env
	r := p.finish(tool)
	assert.Equal(t, r.Code, 0, r.Stderr)
	assert.Equal(t, r.Stdout, ""+
		"db 1 service running after [] compose.yaml 5.5.0 64 True\n"+
		"web 1 service running after ['db'] compose.yaml 5.5.0 64 True\n"+
		"web 2 service running after ['db'] compose.yaml 5.5.0 64 True\n"+
		"network default\n"+
		"volume data\n")
}
