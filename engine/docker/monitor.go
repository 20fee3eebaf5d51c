package docker

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/filters"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

type monitor struct{ *daemon }

// AllProjects lists the containers of every project.
func (m monitor) AllProjects(ctx context.Context) ([]state.Container, error) {
	api, err := m.reach(ctx)
	if err != nil {
		return nil, err
	}
	list, err := api.ContainerList(ctx, container.ListOptions{All: true, Filters: filters.NewArgs(filters.Arg("label", state.LabelProject))})
	if err != nil {
		return nil, m.translate(err, "list the containers of all projects")
	}
	found := make([]state.Container, 0, len(list))
	for _, c := range list {
		number, _ := strconv.Atoi(c.Labels[state.LabelNumber]) // 0 for one that has none
		found = append(found, state.Container{
			ID: c.ID, Name: strings.TrimPrefix(strings.Join(c.Names[:min(1, len(c.Names))], ""), "/"), Labels: c.Labels, Image: c.Image, ImageID: c.ImageID,
			Project: c.Labels[state.LabelProject], Service: c.Labels[state.LabelService], Number: number,
			OneOff: c.Labels[state.LabelOneOff] == "True", Status: state.Status(c.State),
		})
	}
	slices.SortFunc(found, func(a, b state.Container) int {
		return cmp.Or(cmp.Compare(a.Project, b.Project), cmp.Compare(a.Name, b.Name))
	})
	return found, nil
}

// Processes lists the processes of a container.
func (m monitor) Processes(ctx context.Context, name string) (state.Processes, error) {
	api, err := m.reach(ctx)
	if err != nil {
		return state.Processes{}, err
	}
	top, err := api.ContainerTop(ctx, name, nil)
	if err != nil && strings.Contains(err.Error(), "is not running") { // the engine calls it its own fault
		err = errors.Join(err, engine.ErrConflict)
	}
	return state.Processes{Titles: top.Titles, Rows: top.Processes}, m.translate(err, "processes of container %s", short(name))
}

// Usage tells what a container uses.
func (m monitor) Usage(ctx context.Context, name string, options state.UsageOptions, each func(state.Usage)) error {
	api, err := m.reach(ctx)
	if err != nil {
		return ended(ctx, err)
	}
	stream, err := api.ContainerStats(ctx, name, options.Follow)
	if err != nil {
		return ended(ctx, m.translate(err, "usage of container %s", short(name)))
	}
	defer stream.Body.Close()
	decoder := json.NewDecoder(stream.Body)
	for {
		var sample container.StatsResponse
		err := decoder.Decode(&sample)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return ended(ctx, m.translate(&brokenStream{err}, "usage of container %s", short(name)))
		}
		each(usageOf(sample))
	}
}

// Happenings follows everything that the engine tells of a project's containers.
func (m monitor) Happenings(ctx context.Context, project string, span state.Span, each func(state.Happening)) error {
	api, err := m.reach(ctx)
	if err != nil {
		return ended(ctx, err)
	}
	stream, cancel := context.WithCancel(ctx)
	defer cancel()
	filter := ofProject(project)
	filter.Add("type", string(events.ContainerEventType))
	messages, failures := api.Events(stream, events.ListOptions{Since: span.Since, Until: span.Until, Filters: filter})
	for {
		select {
		case message := <-messages:
			each(happeningOf(message))
		case err := <-failures:
			if errors.Is(err, io.EOF) && span.Until != "" {
				return nil
			}
			if errors.Is(err, io.EOF) {
				err = errors.New("the engine closed the event stream")
			}
			return ended(ctx, m.translate(err, "events of %s", project))
		}
	}
}

func happeningOf(message events.Message) state.Happening {
	attributes := message.Actor.Attributes
	at := time.Unix(0, message.TimeNano)
	if message.TimeNano == 0 {
		at = time.Unix(message.Time, 0)
	}
	return state.Happening{
		At: at, Action: string(message.Action), Container: message.Actor.ID, Attributes: attributes,
		Service: attributes[state.LabelService], OneOff: attributes[state.LabelOneOff] == "True",
	}
}

// usageOf works out what the docker command does from the engine's counters.
func usageOf(s container.StatsResponse) state.Usage {
	u := state.Usage{CPUPercent: cpuPercent(s.PreCPUStats, s.CPUStats), MemoryLimit: s.MemoryStats.Limit, PIDs: s.PidsStats.Current}
	u.Memory = s.MemoryStats.Usage
	cached, v1 := s.MemoryStats.Stats["total_inactive_file"] // of control groups 1
	if !v1 {
		cached = s.MemoryStats.Stats["inactive_file"]
	}
	if cached < u.Memory {
		u.Memory -= cached
	}
	for _, network := range s.Networks {
		u.NetworkIn += network.RxBytes
		u.NetworkOut += network.TxBytes
	}
	for _, entry := range s.BlkioStats.IoServiceBytesRecursive {
		switch strings.ToLower(entry.Op) {
		case "read":
			u.BlockRead += entry.Value
		case "write":
			u.BlockWrite += entry.Value
		}
	}
	return u
}

func cpuPercent(before, now container.CPUStats) float64 {
	used := float64(now.CPUUsage.TotalUsage) - float64(before.CPUUsage.TotalUsage)
	passed := float64(now.SystemUsage) - float64(before.SystemUsage)
	cpus := float64(now.OnlineCPUs)
	if cpus == 0 {
		cpus = float64(len(now.CPUUsage.PercpuUsage))
	}
	if used <= 0 || passed <= 0 {
		return 0
	}
	return used / passed * cpus * 100
}
