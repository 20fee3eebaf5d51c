package e2e_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

const drifting = `
services:
  db: {image: stack-e2e/dummy, networks: [back], volumes: ["data:/data"], mem_limit: 64m}
  job: {image: stack-e2e/dummy, command: [exit, "0"], networks: [back]}
  web:
    image: stack-e2e/dummy
    networks: [back, front]
    depends_on: {job: {condition: service_completed_successfully}}
networks: {back: {}, front: {}}
volumes: {data: {}}
`

// byHand runs the docker command. @ is the project's name.
func (p *project) byHand(command string) {
	p.t.Helper()
	args := strings.Fields(strings.ReplaceAll(command, "@", p.name))
	out, err := exec.Command("docker", args...).CombinedOutput()
	assert.NilError(p.t, err, "docker %s: %s", command, out)
}

// drift is what stack tells, one line each, with @ for the project's name.
func (p *project) drift(args ...string) string {
	p.t.Helper()
	r := p.run(append([]string{"drift", "--format", "json"}, args...)...)
	var report struct {
		Drifts []struct {
			Ref                                struct{ Kind, Name string }
			Name, Drift, Field, Applied, Found string
		}
	}
	assert.NilError(p.t, json.Unmarshal([]byte(r.Stdout), &report), r.Stderr)
	code := 0
	var lines []string
	for _, d := range report.Drifts {
		code = 2
		line := fmt.Sprintf("%s %s %s %s→%s", d.Name, d.Drift, d.Field, d.Applied, d.Found)
		if d.Field == "id" || d.Field == "created" || strings.HasPrefix(d.Field, "image ") {
			line = fmt.Sprintf("%s %s %s", d.Name, d.Drift, d.Field)
		}
		lines = append(lines, strings.TrimRight(strings.ReplaceAll(line, p.name, "@"), " →"))
	}
	assert.Equal(p.t, r.Code, code, r.Stderr)
	return strings.Join(lines, "\n")
}

func TestDriftTellsEachThingThatWasDoneByHand(t *testing.T) {
	for _, test := range []struct {
		name    string
		compose string
		hand    []string
		want    string
		// labels is what is told where no revision is recorded.
		labels string
	}{
		{name: "nothing"},
		{name: "stop", hand: []string{"stop @-db-1"}, want: "@-db-1 stopped status running→exited (0)", labels: "@-db-1 stopped status running→exited (0)"},
		{name: "kill", hand: []string{"kill @-db-1"}, want: "@-db-1 stopped status running→exited (137)", labels: "@-db-1 stopped status running→exited (137)"},
		{name: "pause", hand: []string{"pause @-web-1"}, want: "@-web-1 paused status running→paused", labels: "@-web-1 paused status running→paused"},
		{name: "remove", hand: []string{"rm -f @-db-1"}, want: "@-db-1 removed"},
		{name: "rename", hand: []string{"rename @-db-1 @-mine"}, want: "@-mine renamed name @-db-1→@-mine", labels: "@-mine renamed name @-db-1→@-mine"},
		{
			name: "update", hand: []string{"update --memory 128m --memory-swap 256m --restart unless-stopped @-db-1"},
			want: `@-db-1 changed mem_limit 64m→128m
@-db-1 changed memswap_limit 128m→256m
@-db-1 changed restart no→unless-stopped`,
			labels: `@-db-1 changed mem_limit 64m→128m
@-db-1 changed restart no→unless-stopped`,
		},
		{
			name: "update what the file does not limit", hand: []string{"update --cpus 0.5 --pids-limit 50 @-web-1"},
			want: "@-web-1 changed cpus →0.5\n@-web-1 changed pids_limit →50",
		},
		{
			name: "disconnect", hand: []string{"network disconnect @_back @-web-1"},
			want: "@-web-1 detached network @_back", labels: "@-web-1 detached network @_back",
		},
		{
			name: "connect", hand: []string{"network connect @_front @-db-1"},
			want: "@-db-1 attached network →@_front", labels: "@-db-1 attached network →@_front",
		},
		{
			name: "reconnect", hand: []string{"network disconnect @_back @-db-1", "network connect @_back @-db-1"},
			want: "@-db-1 changed networks.@_back.aliases db, @-db-1",
		},
		{
			name: "recreate", hand: []string{"rm -f @-db-1", "run -d --name @-db-1 --label com.docker.compose.project=@ --label com.docker.compose.service=db " +
				"--label com.docker.compose.container-number=1 --network @_back -v @_data:/data stack-e2e/dummy"},
			want: "@-db-1 recreated id",
		},
		{
			name: "orphan", hand: []string{"run -d --name @-old-1 --label com.docker.compose.project=@ --label com.docker.compose.service=old " +
				"--label com.docker.compose.container-number=1 stack-e2e/dummy"},
			want: "@-old-1 orphaned id",
		},
		{name: "a one-off", hand: []string{"run -d --label com.docker.compose.project=@ --label com.docker.compose.service=db " +
			"--label com.docker.compose.oneoff=True stack-e2e/dummy"}},
		{name: "volume rm", hand: []string{"rm -f @-db-1", "volume rm @_data"}, want: "@-db-1 removed\n@_data removed"},
		{
			name: "network rm", hand: []string{"rm -f @-web-1", "network rm @_front"},
			want:   "@-web-1 removed\n@_front removed",
			labels: "@-job-1 stopped status running→exited (0)", // what waited for its end is gone
		},
		{
			name: "network made again", hand: []string{"network disconnect @_front @-web-1", "network rm @_front",
				"network create --label com.docker.compose.project=@ --label com.docker.compose.network=front @_front"},
			want: "@-web-1 detached network @_front\n@_front recreated id", labels: "@-web-1 detached network @_front",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := newProject(t, drifting)
			r := p.record()
			p.ok("up", "-d")
			made := len(r.Writes())
			for _, command := range test.hand {
				p.byHand(command)
			}
			got := p.drift()
			assert.Equal(t, len(r.Writes()), made)
			if test.name == "recreate" {
				got, _, _ = strings.Cut(got, "\n") // what else differs is told too
			}
			assert.Equal(t, got, test.want)
			assert.NilError(t, os.RemoveAll(p.dir+"/.local"))
			if test.name != "recreate" {
				assert.Equal(t, p.drift(), test.labels)
			}
		})
	}
}

func TestDriftTellsAnImageThatWasTaggedAnew(t *testing.T) {
	p := newProject(t, "")
	image := p.name + "-web:1" // removed with the project
	p.write("compose.yaml", `{services: {web: {image: "`+image+`"}}}`)
	p.byHand("tag stack-e2e/dummy " + image)
	p.ok("up", "-d")
	assert.Equal(t, p.drift(), "")
	p.byHand("commit @-web-1 " + image)
	assert.Equal(t, p.drift(), "@-web-1 retagged image "+strings.ReplaceAll(image, p.name, "@"))
	p.byHand("rmi -f " + image)
	assert.Equal(t, p.drift(), strings.ReplaceAll(image, p.name, "@")+" removed")
}

func TestDriftNeedsNoFile(t *testing.T) {
	p := newProject(t, drifting)
	p.ok("up", "-d")
	p.byHand("stop @-web-1")
	assert.Equal(t, p.drift("web"), "@-web-1 stopped status running→exited (0)")
	assert.Equal(t, p.drift("db"), "")
	assert.Equal(t, p.run("drift", "-q").Code, 2)
	p.fails(1, []string{"drift", "nobody"}, "no such service: nobody")
	p.ok("down", "-v")
	assert.Equal(t, p.drift(), "")
}
