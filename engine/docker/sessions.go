package docker

import (
	"cmp"
	"context"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/client"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

type sessions struct{ *daemon }

// StartExec starts a command with streams.
func (s sessions) StartExec(ctx context.Context, name string, spec state.ExecSpec, options state.StreamOptions) (engine.Session, error) {
	api, err := s.reach(ctx)
	if err != nil {
		return nil, err
	}
	created, err := api.ContainerExecCreate(ctx, name, execOptions(spec, options))
	if err != nil {
		return nil, s.translate(err, "exec in container %s", short(name))
	}
	attached, err := s.hijack(ctx, func() (types.HijackedResponse, error) {
		return api.ContainerExecAttach(ctx, created.ID, container.ExecAttachOptions{Tty: options.TTY, ConsoleSize: consoleSize(options)})
	})
	if err != nil {
		return nil, s.translate(err, "exec in container %s", short(name))
	}
	return s.join(ctx, &joined{
		attached: attached, tty: options.TTY, what: "exec in container " + short(name),
		resize: func(ctx context.Context, size container.ResizeOptions) error {
			return api.ContainerExecResize(ctx, created.ID, size)
		},
		wait: func(ctx context.Context) (int, error) { return s.exitCode(ctx, api, created.ID) },
	}), nil
}

// StartDetached starts a command that nobody waits for.
func (s sessions) StartDetached(ctx context.Context, name string, spec state.ExecSpec, options state.StreamOptions) error {
	api, err := s.reach(ctx)
	if err != nil {
		return err
	}
	create := execOptions(spec, options)
	create.AttachStdin, create.AttachStdout, create.AttachStderr = false, false, false
	created, err := api.ContainerExecCreate(ctx, name, create)
	if err == nil {
		err = api.ContainerExecStart(ctx, created.ID, container.ExecStartOptions{Detach: true, Tty: options.TTY})
	}
	return s.translate(err, "exec in container %s", short(name))
}

func execOptions(spec state.ExecSpec, options state.StreamOptions) container.ExecOptions {
	return container.ExecOptions{
		User: spec.User, Privileged: spec.Privileged, WorkingDir: spec.WorkingDir, Env: spec.Env, Cmd: spec.Command,
		AttachStdin: options.Stdin, AttachStdout: true, AttachStderr: true,
		Tty: options.TTY, DetachKeys: options.DetachKeys, ConsoleSize: consoleSize(options),
	}
}

// consoleSize is nil for a size that is not known.
func consoleSize(options state.StreamOptions) *[2]uint {
	if !options.TTY || options.Size == (state.TerminalSize{}) {
		return nil
	}
	return &[2]uint{options.Size.Height, options.Size.Width}
}

// Attach joins a container's own process.
func (s sessions) Attach(ctx context.Context, name string, options state.StreamOptions) (engine.Session, error) {
	api, err := s.reach(ctx)
	if err != nil {
		return nil, err
	}
	found, err := api.ContainerInspect(ctx, name)
	if err != nil {
		return nil, s.translate(err, "attach to container %s", short(name))
	}
	attached, err := s.hijack(ctx, func() (types.HijackedResponse, error) {
		return api.ContainerAttach(ctx, found.ID, container.AttachOptions{
			Stream: true, Stdin: options.Stdin && found.Config.OpenStdin, Stdout: true, Stderr: true, DetachKeys: options.DetachKeys,
		})
	})
	if err != nil {
		return nil, s.translate(err, "attach to container %s", short(name))
	}
	session := s.join(ctx, &joined{
		attached: attached, tty: found.Config.Tty, what: "container " + short(name),
		resize: func(ctx context.Context, size container.ResizeOptions) error {
			return api.ContainerResize(ctx, found.ID, size)
		},
	})
	session.wait = ending(session.ctx, api, found)
	return session, nil
}

// ending waits for the end of a container from now on, not from when its answer
// is asked for: one that removes itself cannot be asked later.
func ending(ctx context.Context, api *client.Client, found container.InspectResponse) func(context.Context) (int, error) {
	condition := container.WaitConditionNotRunning
	switch {
	case found.HostConfig.AutoRemove:
		condition = container.WaitConditionRemoved
	case !found.State.Running:
		condition = container.WaitConditionNextExit
	}
	ended, failed := api.ContainerWait(ctx, found.ID, condition)
	return func(ctx context.Context) (int, error) {
		select {
		case end := <-ended:
			if end.Error != nil {
				return 0, &failure{text: cmp.Or(end.Error.Message, "its end is not known")}
			}
			return int(end.StatusCode), nil
		case err := <-failed:
			return 0, err
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}
