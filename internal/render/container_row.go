package render

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	units "github.com/docker/go-units"

	"github.com/stackctl/stack/state"
)

// containerRow is a container as templates and JSON see it. The fields are
// those of `docker compose ps`, in the order of its JSON.
type containerRow struct {
	Command      string
	CreatedAt    string
	ExitCode     int
	Health       string
	ID           string
	Image        string
	Labels       string
	LocalVolumes string
	Mounts       string
	Name         string
	Names        string
	Networks     string
	Ports        string
	Project      string
	Publishers   []Publisher
	RunningFor   string
	Service      string
	Size         string
	State        string
	Status       string
	// Node, Task and Error are those of a Swarm's task.
	Node  string `json:",omitempty"`
	Task  string `json:",omitempty"`
	Error string `json:",omitempty"`

	labels map[string]string
}

// Publisher is a port of a container as `docker compose ps` describes it. URL
// is the host's address, and PublishedPort 0 for a port that is not published.
type Publisher struct {
	URL           string
	TargetPort    int
	PublishedPort int
	Protocol      string
}

// Label returns the value of one label.
func (r containerRow) Label(name string) string { return r.labels[name] }

func newContainerRow(c state.Container, options ContainerOptions) containerRow {
	created := c.Created.In(options.Now.Location()).Truncate(time.Second)
	return containerRow{
		Command:      strconv.Quote(shorten(commandLine(c.Command), 20, options)),
		CreatedAt:    created.String(),
		ExitCode:     exitCode(c),
		Health:       string(health(c)),
		ID:           shortID(c.ID, options),
		Image:        imageOf(c, options),
		Labels:       labelList(c.Labels),
		LocalVolumes: strconv.Itoa(countVolumes(c.Mounts)),
		Mounts:       mountList(c.Mounts, options),
		Name:         c.Name,
		Names:        c.Name,
		Networks:     strings.Join(slices.Sorted(maps.Keys(c.Networks)), ","),
		Ports:        Ports(c.Ports),
		Project:      c.Project,
		Publishers:   publishers(c.Ports),
		RunningFor:   units.HumanDuration(options.Now.Sub(created)) + " ago",
		Service:      c.Service,
		Size:         "0B",
		State:        string(c.Status),
		Status:       Status(c, options.Now),
		Node:         c.Node,
		Task:         c.Task,
		Error:        c.Error,
		labels:       c.Labels,
	}
}

// exitCode is that of a container that has ended, 0 of one that is restarting.
func exitCode(c state.Container) int {
	if c.Status == state.StatusExited || c.Status == state.StatusDead {
		return c.ExitCode
	}
	return 0
}

// health is that of a container that runs: what was last known of one that is
// paused or has ended says nothing.
func health(c state.Container) state.Health {
	if c.Status == state.StatusRunning {
		return c.Health
	}
	return state.HealthNone
}

func shortID(id string, options ContainerOptions) string {
	if options.NoTrunc {
		return id
	}
	return id[:min(12, len(id))]
}

// imageOf is what a container runs. A Swarm pins it to a digest, of which machines
// are told, and people who ask for all.
func imageOf(c state.Container, options ContainerOptions) string {
	if c.Task == "" || options.NoTrunc || options.Format == "json" {
		return c.Image
	}
	name, _ := unpinned(c.Image)
	return name
}

func shorten(text string, width int, options ContainerOptions) string {
	if options.NoTrunc {
		return text
	}
	return ellipsis(text, width)
}

// commandLine joins a command as the engine does: arguments with spaces in
// quotes.
func commandLine(command []string) string {
	words := slices.Clone(command)
	for i, word := range words {
		if i > 0 && strings.Contains(word, " ") {
			words[i] = "'" + word + "'"
		}
	}
	return strings.Join(words, " ")
}

func labelList(labels map[string]string) string {
	var all []string
	for _, key := range slices.Sorted(maps.Keys(labels)) {
		all = append(all, key+"="+labels[key])
	}
	return strings.Join(all, ",")
}

func countVolumes(mounts []state.Mount) int {
	n := 0
	for _, m := range mounts {
		if m.Type == "volume" {
			n++
		}
	}
	return n
}

func mountList(mounts []state.Mount, options ContainerOptions) string {
	var all []string
	for _, m := range mounts {
		name := m.Name
		if name == "" {
			name = m.Source
		}
		all = append(all, shorten(name, 15, options))
	}
	return strings.Join(all, ",")
}

func publishers(ports []state.Port) []Publisher {
	all := make([]Publisher, 0, len(ports))
	for _, p := range ports {
		all = append(all, Publisher{URL: p.HostIP, TargetPort: p.TargetPort, PublishedPort: p.PublishedPort, Protocol: p.Protocol})
	}
	return all
}
