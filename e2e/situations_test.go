package e2e_test

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// saying is a command line, and what it says: on standard output where it
// succeeds, as an error where it does not. Empty is nothing at all.
type saying struct{ command, words string }

// silence is a command that has nothing to say.
const silence = ""

const pair = `{services: {db: {image: busybox, command: [sleep, "600"], init: true, stop_grace_period: 1s},
  web: {image: busybox, command: [sh, -c, "echo hello; sleep 600"], init: true, stop_grace_period: 1s, ports: ["80"], scale: 2, volumes: ["data:/data"]}},
  volumes: {data: {}}}`

// looking are commands that find nothing where nothing is.
var looking = []string{"ps -q", "ps --format json", "images -q", "top", "stats --no-stream --format {{.Name}}", "logs", "logs -f", "events --since 1s --until 0s", "volumes -q"}

// say runs commands that succeed and print the words, or nothing.
func (p *project) say(prefix string, all []saying) {
	p.t.Helper()
	for _, s := range all {
		r := p.ok(strings.Fields(prefix + s.command)...)
		if s.words == silence {
			assert.Equal(p.t, r.Stdout, "", s.command)
			continue
		}
		assert.Assert(p.t, strings.Contains(r.Stdout+r.Stderr, s.words), "%s lacks %q:\n%s%s", s.command, s.words, r.Stdout, r.Stderr)
	}
}

// refuse runs commands that fail with 1 and the words, and print nothing.
func (p *project) refuse(prefix string, all []saying) {
	p.t.Helper()
	for _, s := range all {
		r := p.fails(1, strings.Fields(prefix+s.command), s.words)
		assert.Equal(p.t, r.Stdout, "", s.command)
	}
}

// quietly are commands that say nothing.
func quietly(commands ...string) []saying {
	var all []saying
	for _, c := range commands {
		all = append(all, saying{c, silence})
	}
	return all
}

const (
	byFile = "-f compose.yaml " // and by the project's name alone without it
	byName = ""
)

func TestNothingRuns(t *testing.T) {
	p := newProject(t, pair)
	for _, by := range []string{byFile, byName} {
		p.say(by, quietly(looking...))
		p.say(by, quietly("pause", "unpause", "stop", "restart"))
		p.say(by, []saying{
			{"ps", "NAME"}, {"kill", "no container to kill"}, {"rm -f", "No stopped containers"}, {"drift", "No drift"}, {"history", "REVISION"},
		})
		p.refuse(by, []saying{
			{"exec web true", `service "web" is not running`}, {"attach web", `service "web" is not running`}, {"port web 80", `service "web" is not running`},
			{"commit web x:y", `service "web" is not running`}, {"export -o x.tar web", `service "web" is not running`},
			{"cp web:/etc/passwd pw", `no container found for service "web"`}, {"wait web", "no containers for project"}, {"rollback", "has no history"},
		})
	}
	p.say(byFile, quietly("down"))
	p.say(byName, []saying{{"down", "Warning: No resource found to remove"}})
	p.refuse(byFile, []saying{{"start", "has no container to start"}, {"watch --no-up", "none of the selected services is configured for watch"}})
	p.refuse(byName, []saying{{"start", "no container found for project"}, {"restart web", "no container found for project"}, {"explain web", "no such service: web"}})
	p.say(byName, quietly("ps -q web", "logs web", "top web", "stop web", "pause web"))
	p.say(byFile, []saying{{"explain web", "web has no container"}, {"graph", "web  2 replicas"}, {"plan", "to create"}})
}

func TestAServiceThatTheProjectDoesNotHave(t *testing.T) {
	p := newProject(t, pair)
	p.ok("up", "-d")
	for _, c := range []string{
		"ps", "images", "top", "stats --no-stream", "logs", "volumes", "events --until 0s", "pause", "unpause", "kill", "stop", "start", "restart",
		"rm -f", "wait", "down", "drift", "explain", "graph", "export -o x.tar",
	} {
		p.refuse(byFile, []saying{{c + " nobody", "no such service: nobody; the project has db, web"}})
		if c == "ps" || c == "logs" { // with which scripts ask whether there is one
			p.ok(c, "nobody")
			continue
		}
		p.refuse(byName, []saying{{c + " nobody", "no such service: nobody"}})
	}
	p.refuse(byFile, []saying{
		{"up -d nobody", "no such service: nobody"}, {"create nobody", "no such service: nobody"}, {"plan nobody", "no such service: nobody"},
		{"run nobody true", "no such service: nobody"}, {"scale nobody=1", "no such service: nobody"}, {"build nobody", "no such service: nobody"},
		{"pull nobody", "no such service: nobody"}, {"push nobody", "no such service: nobody"}, {"watch nobody", "no such service: nobody"},
		{"exec nobody true", "no such service: nobody"}, {"attach nobody", "no such service: nobody"}, {"port nobody 80", "no such service: nobody"},
		{"commit nobody x:y", "no such service: nobody"}, {"cp nobody:/etc/passwd pw", "no such service: nobody"}, {"config nobody", "no such service: nobody"},
	})
	assert.Equal(t, len(p.containers()), 3)
}

// A service with two replicas, and a container of run beside them: what works on
// one container takes the replica that is meant, and plans leave the other alone.
func TestReplicasAndAOneOffContainerBesideThem(t *testing.T) {
	p := newProject(t, pair)
	p.ok("up", "-d")
	p.ok("run", "-d", "--name", p.name+"-one", "web", "sleep", "600")
	one, second := p.name+"-one", p.name+"-web-2"
	p.say(byName, []saying{
		{"ps -a --format {{.Name}}", one}, {"images", one}, {"top", "web"}, {"stats --no-stream --format {{.Name}}", one},
		{"logs --no-color web", "web-2  | hello"}, {"port --index 2 web 80", "0.0.0.0:"}, {"exec -T --index 2 web hostname", p.inspect("web-2").ID[:12]},
		{"export --index 2 -o web.tar web", second}, {"cp --index 2 web:/etc/hostname host", second}, {"drift", "No drift"},
	})
	assert.Assert(t, !strings.Contains(p.ok("ps", "--format", "{{.Name}}").Stdout, one))
	assert.Assert(t, !strings.Contains(p.ok("logs", "--no-color").Stdout, one))
	p.refuse(byName, []saying{{"exec --index 3 web true", "is not running container #3"}, {"port --index 3 web 80", "is not running container #3"}})
	p.say(byFile, []saying{{"plan", "Nothing to do"}, {"explain web", "one-off containers"}, {"graph", "web  2 replicas"}})
	id := p.inspect("one").ID
	for _, c := range []string{"-f compose.yaml scale web=3", "restart -t 0 web", "-f compose.yaml up -d", "stop -t 0 web", "start web", "-f compose.yaml rm -f -s db"} {
		r := p.ok(strings.Fields(c)...)
		assert.Assert(t, !strings.Contains(r.Stderr, one), "%s: %s", c, r.Stderr)
	}
	assert.Assert(t, p.inspect("one").State.Running)
	assert.Equal(t, p.inspect("one").ID, id)
	p.say(byName, []saying{{"pause web", second}, {"unpause web", second}, {"kill -s CONT web", one}, {"down -t 0", "Resource is still in use by container " + one}})
	assert.Equal(t, p.inspect("one").ID, id)
	p.say(byName, []saying{{"down -t 0 --remove-orphans", one}})
	assert.Equal(t, len(p.containers()), 0)
}
