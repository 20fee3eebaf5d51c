package swarm_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types/swarm"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/e2e/driver"
)

// shop is ../../examples/shop with its file for a Swarm, and the test's own for
// a kernel that has no IPVS: ports of the nodes, and addresses instead of
// virtual ones.
func shop(t *testing.T) (p *project, port string) {
	t.Helper()
	p = newProject(t, "services: {}")
	return p, p.sells(len(lab.hosts), image("shop-"+p.name))
}

// sells makes the project the shop, and returns the port of its page.
func (p *project) sells(nodes int, image string) (port string) {
	p.t.Helper()
	examples, err := filepath.Abs("../../examples/shop")
	assert.NilError(p.t, err)
	without, err := filepath.Abs("testdata/without-ipvs.yaml")
	assert.NilError(p.t, err)
	port = driver.FreePort(p.t)
	p.env = append(p.env, "SHOP_PORT="+port, fmt.Sprint("NODES=", nodes), "SHOP_IMAGE="+image,
		"COMPOSE_FILE="+strings.Join([]string{examples + "/compose.yaml", examples + "/compose.swarm.yaml", without}, ":"))
	return port
}

// page asks the shop on a node's own address, until it answers.
func page(t *testing.T, method, address string) (text string) {
	t.Helper()
	defer func() {
		if t.Failed() {
			t.Logf("%s %s: %s", method, address, text)
		}
	}()
	driver.Eventually(t, "answer of "+address, func() bool {
		request, err := http.NewRequestWithContext(t.Context(), method, address, nil)
		assert.NilError(t, err)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			text = err.Error()
			return false
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		text = string(body)
		return err == nil && response.StatusCode == http.StatusOK
	})
	return text
}

// address is a node's, by the name that the Swarm has for it.
func (p *project) address(name string) string {
	p.t.Helper()
	node, _, err := p.engine.NodeInspectWithRaw(p.t.Context(), name)
	assert.NilError(p.t, err)
	return node.Status.Addr
}

func TestShopRunsOnAllNodes(t *testing.T) {
	t.Parallel()
	p, port := shop(t)
	p.ok("up", "-d", "--build")

	// What a service waits for was there before the service was.
	store, api, web := p.service("store"), p.service("api"), p.service("web")
	healthy := func(key string) (at time.Time) {
		for _, task := range p.tasks(key) {
			assert.Equal(t, task.Status.State, swarm.TaskStateRunning, key)
			if task.Status.Timestamp.After(at) {
				at = task.Status.Timestamp
			}
		}
		return at
	}
	job := p.allTasks("migrate")
	assert.Equal(t, job[len(job)-1].Status.State, swarm.TaskStateComplete)
	assert.Check(t, healthy("store").Before(p.service("migrate").CreatedAt), "migrate was there before store was healthy")
	assert.Check(t, job[len(job)-1].Status.Timestamp.Before(api.CreatedAt), "api was there before migrate completed")
	assert.Check(t, healthy("api").Before(web.CreatedAt), "web was there before api was healthy")
	assert.Check(t, store.CreatedAt.Before(web.CreatedAt))

	nodes := p.nodesOf("web")
	assert.Equal(t, len(nodes), len(lab.hosts))
	assert.Equal(t, len(slices.Compact(slices.Clone(nodes))), len(lab.hosts), "web on %s", nodes)
	for _, node := range nodes {
		shop := "http://" + net.JoinHostPort(p.address(node), port) + "/"
		page(t, http.MethodPost, shop+"orders")
		says(t, page(t, http.MethodGet, shop), "The corner shop")
	}
	first := "http://" + net.JoinHostPort(p.address(nodes[0]), port) + "/"
	driver.Eventually(t, "order that is packed", func() bool {
		return strings.Contains(page(t, http.MethodGet, first), fmt.Sprintf("<b>%d</b> packed", len(nodes)))
	})

	versions := p.versions()
	p.ok("up", "-d")
	assert.DeepEqual(t, p.versions(), versions) // nothing was written

	says(t, p.docker("stack", "ls"), p.name)
	says(t, p.docker("stack", "services", p.name), "shop-"+p.name, fmt.Sprintf("%d/%[1]d", len(nodes)))
	says(t, p.docker("stack", "ps", p.name), p.name+"_web.1", nodes[0])

	p.ok("down", "-v")
	assert.DeepEqual(t, p.left(), []string{})
}

// On a Swarm of one node, nothing has to be in a registry, and a task with a port
// of the node is replaced by stopping it first.
func TestShopRunsOnASingleNode(t *testing.T) {
	t.Parallel()
	p := newProjectOn(t, lab.alone, "services: {}")
	port := p.sells(1, "shop-"+p.name)
	p.ok("up", "-d", "--build")
	nodes := p.nodesOf("web")
	assert.Equal(t, len(nodes), 1)
	shop := "http://" + net.JoinHostPort(p.address(nodes[0]), port) + "/"
	page(t, http.MethodPost, shop+"orders")
	driver.Eventually(t, "order that is packed", func() bool {
		return strings.Contains(page(t, http.MethodGet, shop), "<b>1</b> packed")
	})
	versions := p.versions()
	p.ok("up", "-d", "--build")
	assert.DeepEqual(t, p.versions(), versions)                      // what was built is the same: the job does not run again either
	anew := p.ok("up", "-d", "--force-recreate", "--no-deps", "web") // where no other node has its port free
	says(t, anew.Stderr, "replaced stop-first all the same")
	p.ok("down", "-v", "--rmi", "all")
	assert.DeepEqual(t, p.left(), []string{})
}

// versions are those that the Swarm counts, which every change raises.
func (p *project) versions() map[string]uint64 {
	p.t.Helper()
	services, err := p.engine.ServiceList(p.t.Context(), swarm.ServiceListOptions{Filters: p.labeled()})
	assert.NilError(p.t, err)
	versions := map[string]uint64{}
	for _, s := range services {
		versions[s.Spec.Name] = s.Version.Index
	}
	return versions
}

// The kernel of a test machine may have no IPVS: what the Swarm was asked for is
// looked at, not what it carries.
func TestServicesHaveVirtualAddressesAndTheIngressMesh(t *testing.T) {
	t.Parallel()
	p := newProject(t, `
services:
  web:
    image: IMAGE
    ports: ["80"]
`)
	p.ok("up", "-d")
	web := p.service("web")
	assert.Equal(t, web.Spec.EndpointSpec.Mode, swarm.ResolutionModeVIP)
	assert.Equal(t, web.Spec.EndpointSpec.Ports[0].PublishMode, swarm.PortConfigPublishModeIngress)
	assert.Equal(t, len(web.Endpoint.VirtualIPs), 2) // of the ingress network, and the project's
	assert.Check(t, web.Endpoint.Ports[0].PublishedPort != 0)
	p.ok("down")
	assert.DeepEqual(t, p.left(), []string{})
}

func TestUpRightAfterDown(t *testing.T) {
	t.Parallel()
	p := newProject(t, `
services:
  api:
    image: IMAGE
    configs: [settings]
    secrets: [token]
    stop_grace_period: 1s
  web:
    image: IMAGE
    deploy: {replicas: 2, endpoint_mode: dnsrr}
    depends_on: {api: {condition: service_healthy}}
    ports: [{target: 80, published: "PORT", mode: host}]
    networks: [default, front]
networks: {front: {}}
configs: {settings: {content: fast}}
secrets: {token: {file: ./token}}
`)
	p.write("token", "secret")
	text, err := os.ReadFile(filepath.Join(p.dir, "compose.yaml"))
	assert.NilError(t, err)
	p.write("compose.yaml", strings.ReplaceAll(string(text), "PORT", driver.FreePort(t)))
	p.ok("up", "-d")
	for range 10 {
		p.ok("down")
		assert.DeepEqual(t, p.left(), []string{})
		p.ok("up", "-d")
		assert.Equal(t, len(p.nodesOf("web")), 2)
	}
	p.ok("down")
	assert.DeepEqual(t, p.left(), []string{})
}
