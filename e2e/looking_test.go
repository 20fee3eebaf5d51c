package e2e_test

import (
	"archive/tar"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/docker/docker/api/types/container"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/e2e/driver"
)

const watched = `
services:
  web: {image: stack-e2e/dummy, mem_limit: 64m, ports: ["127.0.0.1::8080"], volumes: ["data:/data"], stop_grace_period: 1s}
  other: {image: stack-e2e/dummy, stop_grace_period: 1s}
volumes: {data: {}}
`

func TestEventsFollowTheEngineUntilTheyAreInterrupted(t *testing.T) {
	p := newProject(t, watched)
	p.ok("up", "-d")
	id := p.inspect("web-1").ID
	lines, objects := p.begin("events", "web"), p.begin("events", "--json", "--since", "5m", "web")
	objects.prints(`"action":"start"`)
	driver.Eventually(t, "following", func() bool { // it may have subscribed late
		assert.NilError(t, docker.ContainerRestart(t.Context(), id, container.StopOptions{}))
		return strings.Contains(lines.stdout.String(), " container die "+id+" (")
	})
	objects.prints(`"action":"restart"`)
	for _, s := range []*session{lines, objects} {
		s.signal(syscall.SIGINT)
		assert.Equal(t, s.end(), 130)
		assert.Assert(t, !strings.Contains(s.stdout.String(), "other-1"))
	}
	for line := range strings.Lines(objects.stdout.String()) {
		var event struct {
			Attributes                      map[string]string
			ID, Service, Type, Time, Action string
		}
		assert.NilError(t, json.Unmarshal([]byte(line), &event))
		assert.DeepEqual(t, []string{event.ID, event.Service, event.Type, event.Attributes["name"]}, []string{id, "web", "container", p.name + "-web-1"})
	}
	past := p.ok("events", "--since", "5m", "--until", "0s", "web")
	assert.Assert(t, strings.Contains(past.Stdout, " container create "+id+" ("), past.Stdout)
}

func TestStatsFollowContainersThatComeAndGo(t *testing.T) {
	p := newProject(t, watched)
	p.ok("up", "-d", "web")
	once := p.ok("stats", "--no-stream", "--format", "{{.Name}} {{.MemUsage}}").Stdout
	assert.Assert(t, strings.HasPrefix(once, p.name+"-web-1 ") && strings.HasSuffix(once, " / 64MiB\n"), once)
	s := p.begin("stats", "--format", "[{{.Name}} {{.PIDs}}]")
	s.prints("[" + p.name + "-web-1 ")
	p.ok("up", "-d")
	s.prints("[" + p.name + "-other-1 ")
	s.signal(syscall.SIGINT)
	assert.Equal(t, s.end(), 130)
	assert.Equal(t, s.stderr.String(), "")
}

func TestWhatRunsIsShownFromTheLabelsAlone(t *testing.T) {
	p := newProject(t, watched)
	p.ok("up", "-d")
	assert.NilError(t, os.Remove(filepath.Join(p.dir, "compose.yaml")))
	bound := p.inspect("web-1").NetworkSettings.Ports["8080/tcp"][0]
	assert.Equal(t, p.ok("port", "web", "8080").Stdout, "127.0.0.1:"+bound.HostPort+"\n")
	p.fails(1, []string{"port", "web", "9"}, "no port 9/tcp for container "+p.name+"-web-1: 127.0.0.1:"+bound.HostPort+"->8080/tcp")
	assert.Equal(t, p.ok("volumes", "-q").Stdout, p.name+"_data\n")
	assert.Equal(t, p.ok("volumes", "-q", "other").Stdout, "")
	assert.Equal(t, p.ok("ls", "--format", "json", "--filter", "name=^"+p.name+"$").Stdout,
		`[{"Name":"`+p.name+`","Status":"running(2)","ConfigFiles":"`+p.dir+`/compose.yaml"}]`+"\n")
	processes := p.ok("top", "web").Stdout
	assert.Assert(t, strings.HasPrefix(processes, "SERVICE  #") && strings.Count(processes, "\nweb ") == 1 && strings.Contains(processes, "/dummy"), processes)
	assert.NilError(t, docker.ContainerStop(t.Context(), p.name+"-web-1", container.StopOptions{}))
	assert.Equal(t, p.ok("top", "web").Stdout, "")
}

func TestAnImageAndATarAreMadeOfAContainer(t *testing.T) {
	p := newProject(t, watched)
	p.ok("up", "-d")
	p.write("file", "hello\n")
	p.ok("cp", "file", "web:/marker")
	name := p.name + "-web:committed"
	made := p.ok("commit", "-a", "me", "-m", "why", "-c", `CMD ["exit", "7"]`, "-c", "ENV A=b", "web", name).Stdout
	image, err := docker.ImageInspect(t.Context(), name)
	assert.NilError(t, err)
	assert.Equal(t, made, image.ID+"\n")
	assert.DeepEqual(t, []string{image.Author, image.Comment}, []string{"me", "why"})
	assert.DeepEqual(t, image.Config.Cmd, []string{"exit", "7"})
	assert.Equal(t, p.inspect("web-1").State.Status, "running")

	p.ok("export", "-o", "web.tar", "web")
	file, err := os.Open(filepath.Join(p.dir, "web.tar"))
	assert.NilError(t, err)
	defer file.Close()
	for r := tar.NewReader(file); ; {
		h, err := r.Next()
		assert.Assert(t, !errors.Is(err, io.EOF), "no marker in the tar")
		assert.NilError(t, err)
		if h.Name == "marker" {
			return
		}
	}
}
