package e2e_test

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/e2e/driver"
)

// fleet is a project of four web servers behind a proxy.
func fleet(version, port, update string) string {
	return fmt.Sprintf(`
services:
  web:
    image: stack-e2e/web
    environment: {TAKES: 20ms, %s}
    healthcheck: {test: [CMD, /web, health], interval: 1s, timeout: 2s, retries: 3}
    deploy:
      replicas: 4
      update_config: {%s}
  proxy:
    image: stack-e2e/web
    command: [proxy, web]
    ports: ["%s:80"]
`, version, update, port)
}

// load is a number of clients that ask without a pause until they are told to
// stop.
type load struct {
	stop    chan struct{}
	clients sync.WaitGroup
	mu      sync.Mutex
	answers map[string]int
	failed  []string
}

func ask(url string) (string, error) {
	client := http.Client{Timeout: 15 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Get(url)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", response.Status, body)
	}
	return string(body), err
}

// startLoad begins to ask, for at most a minute, once there is an answer.
func startLoad(t *testing.T, port string) *load {
	t.Helper()
	l := &load{stop: make(chan struct{}), answers: map[string]int{}}
	deadline := time.After(time.Minute)
	for answered := false; !answered; {
		_, err := ask("http://127.0.0.1:" + port)
		answered = err == nil
		select {
		case <-deadline:
			t.Fatal(err)
		case <-time.After(50 * time.Millisecond):
		}
	}
	for range 4 {
		l.clients.Go(func() {
			for {
				select {
				case <-l.stop:
					return
				case <-deadline:
					return
				default:
				}
				answer, err := ask("http://127.0.0.1:" + port)
				l.mu.Lock()
				if err != nil {
					l.failed = append(l.failed, err.Error())
				} else {
					l.answers[answer]++
				}
				l.mu.Unlock()
			}
		})
	}
	return l
}

// end stops the load, not one of whose requests may have failed, and returns
// the versions that answered.
func (l *load) end(t *testing.T) []string {
	t.Helper()
	close(l.stop)
	l.clients.Wait()
	t.Logf("%v answered", l.answers)
	assert.Equal(t, len(l.failed), 0, "requests failed: %s", strings.Join(l.failed, "\n"))
	return slices.Sorted(maps.Keys(l.answers))
}

func TestRollingUpdateUnderLoadFailsNoRequest(t *testing.T) {
	port := driver.FreePort(t)
	update := "order: start-first, monitor: 1s"
	p := newProject(t, fleet("VERSION: one", port, update))
	p.ok("up", "-d", "--wait")
	p.write("compose.yaml", fleet("VERSION: two", port, update))
	load := startLoad(t, port)
	p.ok("up", "-d")
	answer, err := ask("http://127.0.0.1:" + port)
	assert.NilError(t, err)
	assert.Equal(t, answer, "two")
	assert.DeepEqual(t, load.end(t), []string{"one", "two"})
	assert.DeepEqual(t, p.names(), []string{"proxy-1", "web-1", "web-2", "web-3", "web-4"})
	assert.Assert(t, strings.Contains(p.ok("plan").Stdout, "Nothing to do"))
}

func TestUpdateThatNeverGetsHealthyIsRolledBackWithoutAFailedRequest(t *testing.T) {
	port := driver.FreePort(t)
	update := "order: start-first, monitor: 1s, failure_action: rollback, parallelism: 2"
	p := newProject(t, fleet("VERSION: one", port, update))
	p.ok("up", "-d", "--wait")
	before := p.ids()
	p.write("compose.yaml", fleet(`VERSION: one, HEALTHY: "no"`, port, update))
	load := startLoad(t, port)
	p.fails(1, []string{"up", "-d"}, "is unhealthy", "service web: rolled back", "503 Service Unavailable")
	assert.DeepEqual(t, load.end(t), []string{"one"})
	assert.DeepEqual(t, p.ids(), before)
}

// A version that works at first is found out by its monitor when it has taken
// some of the places already.
func TestUpdateThatFailsLateIsRolledBackEverywhere(t *testing.T) {
	port := driver.FreePort(t)
	update := "order: start-first, monitor: 1m, failure_action: rollback, delay: 500ms}\n      rollback_config: {order: start-first, monitor: 1s"
	p := newProject(t, fleet("VERSION: one", port, update))
	p.ok("up", "-d", "--wait")
	before := p.ids()
	p.write("compose.yaml", fleet("VERSION: two", port, update))
	load := startLoad(t, port)
	run := p.begin("up", "-d")
	var taken []string
	driver.Eventually(t, "two places of the new version", func() bool {
		taken = nil
		for _, c := range p.containers() {
			if strings.Contains(c.Names[0], ".next-") && strings.Contains(c.Status, "(healthy)") {
				taken = append(taken, c.ID)
			}
		}
		return len(taken) >= 2
	})
	command(t, "docker", "kill", taken[0])
	assert.Equal(t, run.end(), 1)
	for _, words := range []string{"exited (137) within 1m0s after it was ready", "service web: rolled back"} {
		assert.Assert(t, strings.Contains(run.stderr.String(), words), run.stderr.String())
	}
	assert.DeepEqual(t, load.end(t), []string{"one", "two"})
	assert.DeepEqual(t, p.ids(), before)
}

func TestUpdateThatFailsIsPausedUnlessItIsToGoOn(t *testing.T) {
	for _, c := range []struct {
		action string
		words  []string
	}{
		{"pause", []string{"service web: update paused: 2 of 4 replicas failed, 2 not tried"}},
		{"continue", []string{"web-1", "web-2", "web-3", "web-4"}},
	} {
		t.Run(c.action, func(t *testing.T) {
			port := driver.FreePort(t)
			update := "parallelism: 2, monitor: 1s, failure_action: " + c.action
			p := newProject(t, fleet("VERSION: one", port, update))
			p.ok("up", "-d", "--wait")
			before := p.ids()
			p.write("compose.yaml", fleet(`HEALTHY: "no"`, port, update))
			p.fails(1, []string{"up", "-d"}, append(c.words, "is unhealthy")...)
			assert.DeepEqual(t, p.ids(), before)
			for _, c := range p.containers() {
				assert.Equal(t, c.State, "running")
			}
		})
	}
}

func TestStopFirstUpdateTakesAsManyAsItMayAtOnce(t *testing.T) {
	port := driver.FreePort(t)
	update := "parallelism: 2, monitor: 1s"
	p := newProject(t, fleet("VERSION: one", port, update))
	p.ok("up", "-d", "--wait")
	p.write("compose.yaml", fleet("VERSION: two", port, update))
	r := p.ok("--progress", "json", "up", "-d")
	away, most := 0, 0
	for line := range strings.Lines(r.Stderr) {
		var e struct{ Phase, Op string }
		assert.NilError(t, json.Unmarshal([]byte(line), &e))
		switch {
		case e.Op == "StopContainer" && e.Phase == "started":
			away++
		case e.Op == "AwaitContainer" && e.Phase == "succeeded":
			away--
		}
		most = max(most, away)
	}
	assert.Equal(t, most, 2, r.Stderr)
	assert.DeepEqual(t, p.names(), []string{"proxy-1", "web-1", "web-2", "web-3", "web-4"})
}

// ids are the ids of the containers, by name.
func (p *project) ids() map[string]string {
	p.t.Helper()
	ids := map[string]string{}
	for _, c := range p.containers() {
		ids[c.Names[0]] = c.ID
	}
	return ids
}
