package render

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/stackctl/stack/state"
)

// project is a project's containers, as an engine describes them at noon.
func project() []state.Container {
	at := func(ago time.Duration) time.Time { return noon().Add(-ago) }
	labels := func(service string) map[string]string {
		return map[string]string{state.LabelProject: "shop", state.LabelService: service, "tier": "x"}
	}
	return []state.Container{
		{
			ID: "5c0d8687c43f734fe5da067a1610baa0d392d40b3bdd9f6abef3e541838f1ed9", Name: "shop-web-1",
			Project: "shop", Service: "web", Number: 1, Image: "shop-web", Labels: labels("web"),
			Status: state.StatusRunning, Health: state.HealthHealthy, Created: at(4 * time.Minute), StartedAt: at(3 * time.Minute),
			Command:  []string{"sh", "-c", "sleep 1; touch /ok; sleep 1000"},
			Networks: map[string]state.Endpoint{"shop_default": {}, "shop_back": {}},
			Ports: []state.Port{
				{HostIP: "127.0.0.1", PublishedPort: 18090, TargetPort: 90, Protocol: "tcp"},
				{HostIP: "0.0.0.0", PublishedPort: 8080, TargetPort: 8080, Protocol: "tcp"},
				{HostIP: "::", PublishedPort: 8080, TargetPort: 8080, Protocol: "tcp"},
				{TargetPort: 7000, Protocol: "tcp"},
			},
		},
		{
			ID: "e6d3dc14ddbe5da067a1610baa0d392d40b3bdd9f6abef3e541838f1ed973aaa", Name: "shop-db-1",
			Project: "shop", Service: "db", Number: 1, Image: "postgres:16", Labels: labels("db"),
			Status: state.StatusExited, ExitCode: 137, Created: at(50 * time.Hour), StartedAt: at(49 * time.Hour), FinishedAt: at(2 * time.Hour),
			Command:  []string{"postgres"},
			Networks: map[string]state.Endpoint{"shop_default": {}},
			Mounts: []state.Mount{
				{Type: "volume", Name: "f683c80ee4c5deaf683c80ee4c5dea", Destination: "/anon"},
				{Type: "volume", Name: "shop_data", Destination: "/data"},
				{Type: "bind", Source: "/tmp", Destination: "/host", ReadOnly: true},
			},
		},
	}
}

func TestContainers(t *testing.T) {
	for _, test := range []struct {
		name    string
		options ContainerOptions
	}{
		{"table", ContainerOptions{}},
		{"no-trunc", ContainerOptions{NoTrunc: true}},
		{"json", ContainerOptions{Format: "json"}},
		{"raw", ContainerOptions{Format: "raw"}},
		{"quiet", ContainerOptions{Quiet: true, Format: "json"}},
		{"services", ContainerOptions{Services: true}},
		{"template", ContainerOptions{Format: `{{.Name}}: {{upper .State}} {{.Label "tier"}} {{range .Publishers}}{{.PublishedPort}} {{end}}`}},
		{"table-template", ContainerOptions{Format: `table {{.ID}}\t{{.Names}}\t{{.Mounts}}\t{{.LocalVolumes}}\t{{.Label "com.docker.compose.service"}}`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.options.Now = noon()
			var out bytes.Buffer
			assert.NilError(t, Containers(&out, project(), test.options))
			golden.Assert(t, out.String(), "ps-"+test.name+".txt")
		})
	}
}

func TestContainersOfNothing(t *testing.T) {
	for format, want := range map[string]string{
		"":        "NAME      IMAGE     COMMAND   SERVICE   CREATED   STATUS    PORTS\n",
		"json":    "",
		"{{.ID}}": "",
	} {
		var out bytes.Buffer
		assert.NilError(t, Containers(&out, nil, ContainerOptions{Format: format}))
		assert.Equal(t, out.String(), want)
	}
}

func TestContainersRejectsWhatIsNoTemplate(t *testing.T) {
	var out bytes.Buffer
	assert.ErrorContains(t, Containers(&out, project(), ContainerOptions{Format: "{{.Name"}), "template parsing error")
	assert.ErrorContains(t, Containers(&out, project(), ContainerOptions{Format: "{{.Colour}}"}), "Colour")
}

func TestContainerJSONHasTheFieldsOfDockerCompose(t *testing.T) {
	want := golden.Get(t, "compose-ps.ndjson") // printed by Docker Compose 2.40.3
	var theirs, ours map[string]any
	assert.NilError(t, json.Unmarshal(want, &theirs))
	var out bytes.Buffer
	assert.NilError(t, Containers(&out, project()[:1], ContainerOptions{Format: "json", Now: noon()}))
	assert.NilError(t, json.Unmarshal(out.Bytes(), &ours))
	for field, value := range theirs {
		if field == "Publishers" {
			value = value.([]any)[0]
			ours[field] = ours[field].([]any)[0]
			for inner := range value.(map[string]any) {
				_, there := ours[field].(map[string]any)[inner]
				assert.Assert(t, there, "Publishers.%s", inner)
			}
			continue
		}
		assert.Equal(t, typeOf(ours[field]), typeOf(value), field)
	}
	assert.Equal(t, len(ours), len(theirs))
}

func typeOf(value any) string {
	switch value.(type) {
	case string:
		return "string"
	case float64:
		return "number"
	}
	return "other"
}

func TestStatus(t *testing.T) {
	ago := func(d time.Duration) time.Time { return noon().Add(-d) }
	for want, c := range map[string]state.Container{
		"Created":                        {Status: state.StatusCreated},
		"Up Less than a second":          {Status: state.StatusRunning, StartedAt: ago(0)},
		"Up 3 minutes (healthy)":         {Status: state.StatusRunning, StartedAt: ago(3 * time.Minute), Health: state.HealthHealthy},
		"Up 1 second (health: starting)": {Status: state.StatusRunning, StartedAt: ago(time.Second), Health: state.HealthStarting},
		"Up 2 weeks (unhealthy)":         {Status: state.StatusRunning, StartedAt: ago(14 * 24 * time.Hour), Health: state.HealthUnhealthy},
		"Up 9 hours (Paused)":            {Status: state.StatusPaused, StartedAt: ago(9 * time.Hour)},
		"Exited (0) 2 hours ago":         {Status: state.StatusExited, FinishedAt: ago(2 * time.Hour)},
		"Restarting (1) 5 seconds ago":   {Status: state.StatusRestarting, ExitCode: 1, FinishedAt: ago(5 * time.Second)},
		"Dead":                           {Status: state.StatusDead},
		"Removal In Progress":            {Status: state.StatusRemoving},
	} {
		assert.Equal(t, Status(c, noon()), want)
	}
}

func TestPorts(t *testing.T) {
	port := func(ip string, public, private int, protocol string) state.Port {
		return state.Port{HostIP: ip, PublishedPort: public, TargetPort: private, Protocol: protocol}
	}
	for want, ports := range map[string][]state.Port{
		"":       nil,
		"80/tcp": {port("", 0, 80, "tcp")},
		"80-82/tcp, 90/tcp": {
			port("", 0, 90, "tcp"), port("", 0, 81, "tcp"), port("", 0, 80, "tcp"), port("", 0, 82, "tcp"),
		},
		"53/tcp, 53/udp": {port("", 0, 53, "udp"), port("", 0, 53, "tcp")},
		"0.0.0.0:80-81->80-81/tcp, [::]:80-81->80-81/tcp": {
			port("::", 80, 80, "tcp"), port("0.0.0.0", 80, 80, "tcp"), port("0.0.0.0", 81, 81, "tcp"), port("::", 81, 81, "tcp"),
		},
		"7000/tcp, 127.0.0.1:18090->90/tcp, 127.0.0.1:18091->91/tcp": {
			port("127.0.0.1", 18091, 91, "tcp"), port("", 0, 7000, "tcp"), port("127.0.0.1", 18090, 90, "tcp"),
		},
	} {
		assert.Equal(t, Ports(ports), want)
	}
}
