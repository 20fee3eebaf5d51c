package e2e_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// machines are runs of stack that know nothing of each other, as on several
// machines: no lock keeps them apart.
func (p *project) machines(commands ...[]string) []*session {
	p.t.Helper()
	var all []*session
	for i, args := range commands {
		all = append(all, p.beginWith([]string{fmt.Sprintf("XDG_STATE_HOME=%s/machine-%d", p.dir, i)}, args...))
	}
	return all
}

// users are runs of one user on one machine.
func (p *project) users(commands ...[]string) []*session {
	p.t.Helper()
	var all []*session
	for _, args := range commands {
		all = append(all, p.begin(args...))
	}
	return all
}

func eight(args ...string) [][]string {
	var all [][]string
	for range 8 {
		all = append(all, args)
	}
	return all
}

const several = `
services:
  db:
    image: stack-e2e/dummy
    environment: {READY_AFTER: 200ms, VERSION: one}
    healthcheck: {test: [CMD, /dummy, health], interval: 1s}
    volumes: ["data:/data"]
  web:
    image: stack-e2e/dummy
    scale: 2
    environment: {VERSION: one}
    depends_on: {db: {condition: service_healthy}}
volumes: {data: {}}
`

func TestEightUpsAtOnceMakeOneProject(t *testing.T) {
	for name, at := range map[string]func(*project, ...[]string) []*session{
		"with the lock": (*project).users, "without": (*project).machines,
	} {
		t.Run(name, func(t *testing.T) {
			p := newProject(t, several)
			for _, version := range []string{"one", "two"} {
				p.write("compose.yaml", strings.ReplaceAll(several, "one", version))
				for _, s := range at(p, eight("up", "-d", "--wait")...) {
					assert.Check(t, s.end() == 0, s.stderr.String())
				}
				assert.DeepEqual(t, p.names(), []string{"db-1", "web-1", "web-2"})
				for _, name := range p.names() {
					c := p.inspect(name)
					assert.Assert(t, c.State.Running, name)
					assert.Assert(t, strings.Contains(strings.Join(c.Config.Env, " "), "VERSION="+version), name)
				}
				r := p.record()
				p.ok("up", "-d")
				assert.DeepEqual(t, r.Writes(), r.Writes()[:0])
			}
		})
	}
}

func TestRunsThatWantDifferentThingsEnd(t *testing.T) {
	for name, commands := range map[string][][]string{
		"up and down":   {{"up", "-d"}, {"down"}, {"up", "-d"}, {"down"}},
		"three and one": {{"up", "-d", "--scale", "web=3"}, {"up", "-d", "--scale", "web=1"}},
	} {
		for how, at := range map[string]func(*project, ...[]string) []*session{
			"with the lock": (*project).users, "without": (*project).machines,
		} {
			t.Run(name+" "+how, func(t *testing.T) {
				p := newProject(t, several)
				p.ok("up", "-d")
				for _, s := range at(p, commands...) {
					assert.Check(t, s.end() >= 0, "it did not end: %s", s.stderr.String())
				}
				p.ok("up", "-d", "--wait")
				names := p.names()
				assert.Equal(t, len(names), 3, names)
				for _, name := range names { // web-3 may be the one that was left
					assert.Assert(t, regexp.MustCompile(`^(db-1|web-[123])$`).MatchString(name), names)
					assert.Assert(t, p.inspect(name).State.Running, name)
				}
				r := p.record()
				p.ok("up", "-d")
				assert.DeepEqual(t, r.Writes(), r.Writes()[:0])
			})
		}
	}
}
