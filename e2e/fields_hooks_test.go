package e2e_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

const hooks = `
services:
  web:
    image: busybox
    command: sleep 600
    stop_signal: SIGKILL
    volumes: ["./said:/said"]
    post_start:
      - command: [sh, -c, 'echo $$(id -u) $$(pwd) $$HOOK > /said/post_start']
        user: "7"
        working_dir: /tmp
        environment: {HOOK: after}
    pre_stop:
      - command: [sh, -c, 'echo $$(id -u) $$(pwd) $$HOOK > /said/pre_stop']
        user: "8"
        working_dir: /etc
        environment: [HOOK=before]
`

func TestHooksRunAsTheyAreWritten(t *testing.T) {
	p := newProject(t, hooks)
	p.open("said")
	p.ok("up", "-d")
	assert.Equal(t, p.said("post_start"), "7 /tmp after")
	p.ok("down")
	assert.Equal(t, p.said("pre_stop"), "8 /etc before")
}

// TestPrivilegedHooksHaveMoreThanTheirContainer takes the kernel's refusal for
// an answer: not every machine lets a container have all capabilities.
func TestPrivilegedHooksHaveMoreThanTheirContainer(t *testing.T) {
	const web = `
services:
  web:
    image: busybox
    command: sleep 600
    stop_signal: SIGKILL
    %s: [{command: [sh, -c, "! grep -q 'CapEff:.*a80425fb' /proc/self/status"], privileged: true}]
`
	for _, hook := range []string{"post_start", "pre_stop"} {
		t.Run(hook, func(t *testing.T) {
			p := newProject(t, fmt.Sprintf(web, hook))
			r := p.run("up", "-d")
			if hook == "pre_stop" {
				assert.Equal(t, r.Code, 0, r.Stderr)
				r = p.run("down")
			}
			assert.Assert(t, r.Code == 0 || strings.Contains(r.Stderr, "unable to apply caps: operation not permitted"), r.Stderr)
		})
	}
}

// open makes a folder that every user may write to.
func (p *project) open(name string) {
	p.t.Helper()
	dir := filepath.Join(p.dir, name)
	assert.NilError(p.t, os.Mkdir(dir, 0o755))
	assert.NilError(p.t, os.Chmod(dir, 0o777))
}

// said is what a hook has written.
func (p *project) said(name string) string {
	p.t.Helper()
	content, err := os.ReadFile(filepath.Join(p.dir, "said", name))
	assert.NilError(p.t, err)
	return strings.TrimSpace(string(content))
}
