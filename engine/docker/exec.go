package docker

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/client"
	"github.com/docker/docker/pkg/stdcopy"

	"github.com/stackctl/stack/state"
)

// outputLimit is how much of an exec's output is kept.
const outputLimit = 64 << 10

type executor struct{ *daemon }

// Exec runs a command in a running container and waits for its end. When ctx
// ends first, the connection is closed; the command is left to itself, as the
// engine cannot stop it.
func (e executor) Exec(ctx context.Context, name string, spec state.ExecSpec) (state.ExecResult, error) {
	api, err := e.reach(ctx)
	if err != nil {
		return state.ExecResult{}, err
	}
	created, err := api.ContainerExecCreate(ctx, name, container.ExecOptions{
		User: spec.User, Privileged: spec.Privileged, WorkingDir: spec.WorkingDir, Env: spec.Env, Cmd: spec.Command,
		AttachStdout: true, AttachStderr: true,
	})
	if err != nil {
		return state.ExecResult{}, e.translate(err, "exec in container %s", short(name))
	}
	attached, err := e.hijack(ctx, func() (types.HijackedResponse, error) {
		return api.ContainerExecAttach(ctx, created.ID, container.ExecAttachOptions{})
	})
	if err != nil {
		return state.ExecResult{}, e.translate(err, "exec in container %s", short(name))
	}
	defer attached.Close()
	defer context.AfterFunc(ctx, attached.Close)()

	output := &tail{limit: outputLimit}
	_, err = stdcopy.StdCopy(output, output, attached.Reader)
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	if err != nil {
		return state.ExecResult{Output: output.String()}, e.translate(err, "exec in container %s", short(name))
	}
	code, err := e.exitCode(ctx, api, created.ID)
	return state.ExecResult{ExitCode: code, Output: output.String()}, e.translate(err, "exec in container %s", short(name))
}

// exitCode waits for the exit code, which may come a moment after the end of
// the output.
func (d *daemon) exitCode(ctx context.Context, api *client.Client, id string) (int, error) {
	for pause := time.Millisecond; ; pause = min(2*pause, 100*time.Millisecond) {
		inspected, err := api.ContainerExecInspect(ctx, id)
		if err != nil {
			return 0, err
		}
		if !inspected.Running {
			return inspected.ExitCode, nil
		}
		select {
		case <-ctx.Done():
			return 0, fmt.Errorf("its output ended, it still runs: %w", ctx.Err())
		case <-time.After(pause):
		}
	}
}

// tail keeps the last bytes that were written.
type tail struct {
	limit int
	kept  []byte
}

var _ io.Writer = (*tail)(nil)

// Write keeps the end of what was written so far.
func (t *tail) Write(part []byte) (int, error) {
	t.kept = append(t.kept, part...)
	if len(t.kept) > 2*t.limit {
		t.kept = append(t.kept[:0], t.kept[len(t.kept)-t.limit:]...)
	}
	return len(part), nil
}

func (t *tail) String() string {
	return string(t.kept[max(0, len(t.kept)-t.limit):])
}
