package reconciler

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/event"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// perform runs a node's operation. A wait ends with waits.
func (r *run) perform(waits context.Context, node planner.Node) error {
	switch op := node.Op.(type) {
	case planner.AwaitContainer:
		return r.await(waits, node, op)
	case planner.MonitorContainer:
		return r.monitor(waits, node, op)
	case planner.Delay:
		return r.delay(waits, op)
	case planner.AwaitService:
		return r.awaitService(waits, node, op)
	case planner.AwaitServiceGone:
		return r.awaitServiceGone(waits, node, op)
	case planner.PullImage, planner.BuildImage, planner.PushImage:
		return r.call(waits, node, op) // cut off, it leaves nothing half done
	}
	return r.call(r.ctx, node, node.Op)
}

// call makes the engine call that an operation stands for.
func (r *run) call(ctx context.Context, node planner.Node, operation planner.Operation) error {
	x := r.Engine
	switch op := operation.(type) {
	case planner.PullImage:
		return r.pull(ctx, node, op)
	case planner.BuildImage:
		return x.BuildImage(ctx, op.Build, r.progress(node))
	case planner.PushImage:
		return x.PushImage(ctx, op.Image, r.progress(node))
	case planner.RemoveImage:
		return x.RemoveImage(ctx, op.Image)
	case planner.CreateNetwork:
		return x.CreateNetwork(ctx, op.Spec)
	case planner.RemoveNetwork:
		if op.ID != "" {
			return x.RemoveNetwork(ctx, op.ID)
		}
		return x.RemoveNetwork(ctx, op.Name)
	case planner.ConnectNetwork:
		return x.ConnectNetwork(ctx, r.names.key(op.Container), op.Attachment)
	case planner.DisconnectNetwork:
		return x.DisconnectNetwork(ctx, r.names.key(op.Container), op.Network)
	case planner.CreateVolume:
		return x.CreateVolume(ctx, op.Spec)
	case planner.WriteVolume:
		return x.FillVolume(ctx, op.Spec)
	case planner.RemoveVolume:
		return x.RemoveVolume(ctx, op.Name)
	case planner.CreateContainer:
		id, err := x.CreateContainer(ctx, op.Spec, r.progress(node))
		r.names.put(op.Spec.Name, id)
		return err
	case planner.WriteFiles:
		return x.WriteFiles(ctx, r.names.key(op.Container), op.Files)
	case planner.StartContainer:
		return x.StartContainer(ctx, r.names.key(op.Container))
	case planner.StopContainer:
		return orGone(x.StopContainer(ctx, r.names.key(op.Container), op.Options))
	case planner.KillContainer:
		return orGone(x.KillContainer(ctx, r.names.key(op.Container), op.Signal))
	case planner.PauseContainer:
		return x.PauseContainer(ctx, r.names.key(op.Container))
	case planner.UnpauseContainer:
		return x.UnpauseContainer(ctx, r.names.key(op.Container))
	case planner.RemoveContainer:
		return x.RemoveContainer(ctx, r.names.key(op.Container), op.Options)
	case planner.RenameContainer:
		return x.RenameContainer(ctx, r.names.key(op.Container), op.Name)
	case planner.RunHook:
		return r.hook(ctx, node, op)
	case planner.CreateService, planner.UpdateService, planner.RemoveService, planner.CreateInput, planner.RemoveInput:
		return r.serve(ctx, node, op)
	case planner.RunProvider, planner.StopProvider, planner.RemoveProvider, planner.ConfigureModel:
		return r.provide(ctx, node, op)
	default:
		return fmt.Errorf("operation %s is not known to the executor", operation.Kind())
	}
}

func (r *run) progress(node planner.Node) func(state.Progress) {
	return func(p state.Progress) {
		e := about(node, event.Progress)
		if p.Warning {
			e.Phase = event.Warning
		}
		e.Detail, e.Bytes, e.Total, e.Again = p.Detail, p.Bytes, p.Total, p.Again
		e.Layer, e.Arrived = p.Layer, p.Arrived
		r.emit(e)
	}
}

// pull pulls an image, or builds it.
func (r *run) pull(ctx context.Context, node planner.Node, op planner.PullImage) error {
	err := r.Engine.PullImage(ctx, op.Image, op.Platform, r.progress(node))
	if err == nil || op.OrBuild == nil || ctx.Err() != nil {
		return err
	}
	e := about(node, event.Warning)
	e.Detail = "is built, as it cannot be pulled: " + err.Error()
	r.emit(e)
	if err := r.Engine.BuildImage(ctx, *op.OrBuild, r.progress(node)); err != nil || !op.OrBuild.Push {
		return err
	}
	return r.Engine.PushImage(ctx, op.Image, r.progress(node))
}

func (r *run) hook(ctx context.Context, node planner.Node, op planner.RunHook) error {
	var env []string
	for key, value := range op.Spec.Environment {
		if value != nil {
			env = append(env, key+"="+*value)
		}
	}
	result, err := r.Engine.Exec(ctx, r.names.key(op.Container), state.ExecSpec{
		Command: op.Spec.Command, User: op.Spec.User, WorkingDir: op.Spec.WorkingDir,
		Privileged: op.Spec.Privileged, Env: env,
	})
	if err != nil {
		return fmt.Errorf("%s hook: %w", op.Hook, err)
	}
	if result.ExitCode != 0 {
		text := fmt.Sprintf("%s %q: %s hook exited with status %d", op.Hook, op.Spec.Command, node.Group, result.ExitCode)
		if said := strings.TrimSpace(result.Output); said != "" {
			text += ": " + said
		}
		return errors.New(text)
	}
	for line := range strings.Lines(result.Output) {
		r.progress(node)(state.Progress{Detail: strings.TrimRight(line, "\r\n")})
	}
	return nil
}

// orGone is the error of stopping a container. One that is gone does not run.
func orGone(err error) error {
	if errors.Is(err, engine.ErrNotFound) {
		return nil
	}
	return err
}

// names remembers the ids of the containers that a run creates, as a rename
// may come between two calls that know a container by its name.
type names struct {
	mu  sync.Mutex
	ids map[string]string
}

func (n *names) put(name, id string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.ids == nil {
		n.ids = map[string]string{}
	}
	n.ids[name] = id
}

func (n *names) key(h state.Handle) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	if id := n.ids[h.Name]; h.ID == "" && id != "" {
		return id
	}
	return h.Key()
}
