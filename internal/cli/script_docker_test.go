package cli_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/engine/memory"
	"github.com/stackctl/stack/state"
)

// docker does by hand, on the engine in memory, what a person does with the
// docker command: docker update --memory 128m shop-web-1.
func docker(ts *testscript.TestScript, _ bool, args []string) {
	m := inMemory(ts)
	d := byHand{memory: m, engine: m.Engine()}
	ts.Check(d.do(context.Background(), strings.Join(args[:1], " "), args[1:]))
}

// inMemory is the engine of a script.
func inMemory(ts *testscript.TestScript) *memory.Memory {
	m, err := memory.Load(filepath.Join(ts.Getenv("XDG_STATE_HOME"), "stack", "memory.json"), memory.OptionsFrom(ts.Getenv))
	ts.Check(err)
	return m
}

type byHand struct {
	memory *memory.Memory
	engine engine.Engine
}

func (d byHand) do(ctx context.Context, command string, args []string) error {
	last := args[len(args)-1]
	switch command {
	case "stop":
		return d.engine.StopContainer(ctx, last, state.StopOptions{})
	case "start":
		return d.engine.StartContainer(ctx, last)
	case "rm":
		return d.engine.RemoveContainer(ctx, last, state.RemoveOptions{Force: true})
	case "pause":
		return d.engine.PauseContainer(ctx, last)
	case "rename":
		return d.engine.RenameContainer(ctx, args[0], last)
	case "tag":
		return d.memory.Tag(args[0], last)
	case "rmi":
		return d.engine.RemoveImage(ctx, last)
	case "pull":
		return d.engine.PullImage(ctx, last, "", nil)
	case "run":
		return d.run(ctx, args[0], last)
	case "update":
		return d.update(args[0], args[1], last)
	case "network":
		return d.network(ctx, args[0], args[1:])
	case "node":
		return d.node(args[0], args[1:])
	case "volume":
		return d.engine.RemoveVolume(ctx, last)
	}
	return fmt.Errorf("docker %s: not known here", command)
}

// run starts a container of project/service/number/oneoff.
func (d byHand) run(ctx context.Context, slot, image string) error {
	part := strings.Split(slot, "/")
	spec := state.ContainerSpec{
		Name: strings.Join(part, "-"), Project: part[0], Service: part[1],
		Labels: map[string]string{state.LabelProject: part[0], state.LabelService: part[1], state.LabelNumber: part[2], state.LabelOneOff: part[3]},
	}
	spec.Config.Image = image
	id, err := d.engine.CreateContainer(ctx, spec, nil)
	if err != nil {
		return err
	}
	return d.engine.StartContainer(ctx, id)
}

func (d byHand) update(flag, value, container string) error {
	return d.memory.UpdateLimits(container, func(l *state.Limits) {
		switch n, err := strconv.ParseInt(value, 10, 64); {
		case flag == "--memory" && err == nil:
			l.Memory = n
		case flag == "--restart":
			l.RestartPolicy = value
		}
	})
}

func (d byHand) network(ctx context.Context, command string, args []string) error {
	switch command {
	case "connect":
		return d.engine.ConnectNetwork(ctx, args[1], state.Attachment{Network: args[0]})
	case "disconnect":
		return d.engine.DisconnectNetwork(ctx, args[1], args[0])
	case "create":
		spec := state.NetworkSpec{}
		spec.Config.Name = args[0]
		return d.engine.CreateNetwork(ctx, spec)
	}
	return d.engine.RemoveNetwork(ctx, args[0])
}
