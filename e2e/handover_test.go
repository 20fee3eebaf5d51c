package e2e_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/volume"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/e2e/driver"
	"github.com/stackctl/stack/e2e/recorder"
)

// TestProjectOfDockerComposeIsLeftAlone makes the engine hold what Docker
// Compose v5.5.0 made it hold, as it was recorded and without stack. Containers
// in whose hash the id of another one takes part are not recorded with it.
func TestProjectOfDockerComposeIsLeftAlone(t *testing.T) {
	eachFixture(t, func(p parity) {
		services := p.make(expected(p.t, p.fixture))
		before := command(p.t, "docker", "ps", "-aq", "--filter", "label="+projectLabel+"="+p.name)
		r, err := recorder.Listen(p.t.TempDir(), p.host)
		assert.NilError(p.t, err)
		p.t.Cleanup(func() { r.Close() })
		p.host = r.Host

		_, code := p.stack(append([]string{"up", "-d"}, services...)...)
		assert.Equal(p.t, code, 0)
		assert.DeepEqual(p.t, r.Writes(), r.Writes()[:0])
		assert.Equal(p.t, command(p.t, "docker", "ps", "-aq", "--filter", "label="+projectLabel+"="+p.name), before)
	})
}

// make creates the recorded objects and starts the containers; it returns
// their services.
func (p parity) make(want expectation) (services []string) {
	p.t.Helper()
	made := map[string]bool{}
	var containers []string                                                       // all are created before the first is started, as Docker Compose does
	for _, key := range slices.Backward(slices.Sorted(maps.Keys(want.Objects))) { // volumes and networks first
		recorded := object(want.Objects[key])
		switch kind, name, _ := strings.Cut(key, " "); kind {
		case "volume":
			recorded["DriverOpts"] = recorded["Options"]
			_, err := docker.VolumeCreate(p.t.Context(), decode[volume.CreateOptions](p.t, recorded))
			assert.NilError(p.t, err)
		case "network":
			if _, ok := recorded["IPAM"].(map[string]any); !ok { // only its driver
				delete(recorded, "IPAM")
			}
			_, err := docker.NetworkCreate(p.t.Context(), name, decode[network.CreateOptions](p.t, recorded))
			assert.NilError(p.t, err)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(want.Objects)) {
		labels := object(object(object(want.Objects[key])["Config"])["Labels"])
		if !strings.HasPrefix(key, "container ") || labels["com.docker.compose.config-hash"] == nil {
			continue
		}
		p.makeContainer(strings.TrimPrefix(key, "container "), object(want.Objects[key]))
		made[labels[serviceLabel].(string)] = true
		containers = append(containers, strings.TrimPrefix(key, "container "))
	}
	for _, name := range containers {
		p.startContainer(name, object(want.Objects["container "+name])["Running"])
	}
	return slices.Sorted(maps.Keys(made))
}

func (p parity) makeContainer(name string, recorded map[string]any) {
	p.t.Helper()
	image, err := docker.ImageInspect(p.t.Context(), "busybox")
	assert.NilError(p.t, err)
	config := decode[container.Config](p.t, object(recorded["Config"]))
	config.Image = "busybox"
	config.Labels["com.docker.compose.image"] = image.ID
	config.Labels["com.docker.compose.version"] = "5.5.0"
	config.Labels["com.docker.compose.project.working_dir"] = parityDir
	config.Labels["com.docker.compose.project.config_files"] = parityDir + "/" + p.fixture + ".yaml"
	for _, key := range []string{"ExtraHosts", "Ulimits", "Devices", "GroupAdd"} {
		object(recorded["HostConfig"])[key] = untexts(list(object(recorded["HostConfig"])[key]))
	}
	host := decode[container.HostConfig](p.t, object(recorded["HostConfig"]))
	mountAs(&config, &host, recorded)
	if config.Hostname == "<id>" || host.NetworkMode.IsHost() { // nobody asked for it
		config.Hostname = ""
	}

	first := host.NetworkMode.NetworkName()
	endpoints := decode[map[string]*network.EndpointSettings](p.t, object(recorded["Networks"]))
	for key, each := range endpoints {
		each.IPAMConfig = decode[*network.EndpointIPAMConfig](p.t, object(object(recorded["Networks"])[key])["IPAM"])
	}
	networking := &network.NetworkingConfig{EndpointsConfig: map[string]*network.EndpointSettings{first: endpoints[first]}}
	if endpoints[first] == nil || !host.NetworkMode.IsUserDefined() {
		networking, endpoints = nil, nil
	}
	_, err = docker.ContainerCreate(p.t.Context(), &config, &host, networking, nil, name)
	assert.NilError(p.t, err)
	delete(endpoints, first)
	for key, each := range endpoints {
		assert.NilError(p.t, docker.NetworkConnect(p.t.Context(), key, name, each))
	}
}

func (p parity) startContainer(name string, running any) {
	p.t.Helper()
	assert.NilError(p.t, docker.ContainerStart(p.t.Context(), name, container.StartOptions{}))
	driver.Eventually(p.t, name+" being at rest", func() bool {
		c, err := docker.ContainerInspect(p.t.Context(), name)
		assert.NilError(p.t, err)
		return c.State.Running == running && (c.State.Health == nil || c.State.Health.Status == container.Healthy)
	})
}

// mountAs asks for what was effectively mounted.
func mountAs(config *container.Config, host *container.HostConfig, recorded map[string]any) {
	for _, each := range untexts(list(recorded["Mounts"])) {
		m := object(each)
		target := m["Destination"].(string)
		source, _ := m["Source"].(string)
		if m["Type"] == "volume" {
			source, _ = m["Name"].(string)
		}
		switch {
		case m["Type"] == "tmpfs":
			host.Tmpfs = map[string]string{target: ""}
		case source == "":
			config.Volumes = map[string]struct{}{target: {}}
		case m["RW"] == false:
			host.Binds = append(host.Binds, source+":"+target+":ro")
		default:
			host.Binds = append(host.Binds, source+":"+target)
		}
	}
}

func TestLabelsSayWhereTheProjectIs(t *testing.T) {
	p := newProject(t, webAndData)
	p.write("more.yaml", `{services: {web: {environment: {MORE: "1"}}}}`)
	p.ok("-f", "compose.yaml", "-f", "more.yaml", "up", "-d")
	web := p.inspect("web-1")
	for label, value := range map[string]string{
		"com.docker.compose.image":                web.Image,
		"com.docker.compose.oneoff":               "False",
		"com.docker.compose.project.working_dir":  p.dir,
		"com.docker.compose.project.config_files": p.dir + "/compose.yaml," + p.dir + "/more.yaml",
	} {
		assert.Check(t, web.Config.Labels[label] == value, "%s is %q, not %q", label, web.Config.Labels[label], value)
	}
	assert.Check(t, web.Config.Labels["com.docker.compose.version"] != "")
}

// decode reads what was recorded as the engine API's type.
func decode[T any](t *testing.T, recorded any) (value T) {
	t.Helper()
	assert.NilError(t, json.Unmarshal([]byte(text(recorded)), &value))
	return value
}

// untexts undoes texts.
func untexts(values []any) []any {
	decoded := []any{}
	for _, value := range values {
		var one any
		if err := json.Unmarshal([]byte(value.(string)), &one); err != nil {
			panic(err)
		}
		decoded = append(decoded, one)
	}
	return decoded
}
