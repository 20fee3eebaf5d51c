package docker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/filters"

	"github.com/stackctl/stack/state"
)

type watcher struct{ *daemon }

// Watch follows the engine's event stream.
func (w watcher) Watch(ctx context.Context, project string, ready func(), each func(state.Occurrence)) error {
	api, err := w.reach(ctx)
	if err != nil {
		return ended(ctx, err)
	}
	stream, cancel := context.WithCancel(ctx)
	defer cancel()
	// The engine answers before it subscribes: since covers what is in between.
	now := time.Now()
	messages, failures := api.Events(stream, events.ListOptions{
		Since:   fmt.Sprintf("%d.%09d", now.Unix(), now.Nanosecond()),
		Filters: watched(project),
	})
	select {
	case err := <-failures:
		return ended(ctx, w.translate(err, "watch %s", project))
	default:
		ready()
	}
	for {
		select {
		case message := <-messages:
			if occurrence, ok := occurrenceOf(message); ok {
				each(occurrence)
			}
		case err := <-failures:
			if errors.Is(err, io.EOF) {
				err = errors.New("the engine closed the event stream")
			}
			return ended(ctx, w.translate(err, "watch %s", project))
		}
	}
}

// ended is nil for a call that failed because its context ended.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

func watched(project string) filters.Args {
	args := ofProject(project)
	args.Add("type", string(events.ContainerEventType))
	for _, action := range []events.Action{
		events.ActionCreate, events.ActionStart, events.ActionDie, events.ActionRestart, events.ActionDestroy,
		events.ActionRename, events.ActionOOM, events.ActionHealthStatus,
	} {
		args.Add("event", string(action))
	}
	return args
}

func occurrenceOf(message events.Message) (state.Occurrence, bool) {
	action, ok := actionOf(string(message.Action))
	if !ok {
		return state.Occurrence{}, false
	}
	attributes := message.Actor.Attributes
	labels := maps.Clone(attributes)
	for _, own := range []string{"name", "image", "exitCode", "execDuration", "oldName", "signal"} {
		delete(labels, own)
	}
	code, _ := strconv.Atoi(attributes["exitCode"]) // only die has one
	return state.Occurrence{
		Container: message.Actor.ID,
		Name:      strings.TrimPrefix(attributes["name"], "/"),
		Image:     attributes["image"],
		Service:   attributes[state.LabelService],
		Action:    action,
		ExitCode:  code,
		At:        time.Unix(0, message.TimeNano),
		Labels:    labels,
	}, true
}

// actionOf maps the engine's words. Health comes as "health_status: healthy".
func actionOf(word string) (state.Action, bool) {
	if health, ok := strings.CutPrefix(word, "health_status: "); ok {
		word = health
	}
	switch action := state.Action(word); action {
	case state.ActionCreate, state.ActionStart, state.ActionDie, state.ActionRestart, state.ActionDestroy,
		state.ActionRename, state.ActionOOM, state.ActionHealthy, state.ActionUnhealthy:
		return action, true
	default:
		return "", false
	}
}
