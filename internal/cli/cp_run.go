package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/stackctl/stack/internal/cp"
	"github.com/stackctl/stack/internal/render"
	"github.com/stackctl/stack/state"
)

// copying is one run of cp.
type copying struct {
	*view
	options  cp.Options
	from, to cp.Place
	spooled  string // the file that has standard input, if several are to get it
}

// one copies to or from one container.
func (r *copying) one(ctx context.Context, c state.Container, steps *render.Steps) error {
	step := render.Step{Op: "CopyFiles", Name: c.Name, Text: fmt.Sprintf("copy %s to %s:%s", r.from.Path, c.Name, r.to.Path), Status: "Copying"}
	if r.from.Service != "" {
		step.Text = fmt.Sprintf("copy %s:%s to %s", c.Name, r.from.Path, r.to.Path)
	}
	steps.Show(step)
	if !r.app.global.dryRun {
		if err := r.copy(ctx, cp.Container{Archives: r.engine, ID: c.ID}); err != nil {
			return fmt.Errorf("%s: %w", c.Name, err)
		}
	}
	step.Status, step.Done = "Copied", true
	steps.Show(step)
	return nil
}

func (r *copying) copy(ctx context.Context, c cp.Container) error {
	process := r.app.process
	switch {
	case r.from.Service == "" && r.from.Path == cp.Stream:
		in, err := r.input()
		if err != nil {
			return err
		}
		defer func() { _ = in.Close() }() // it was only read
		return c.Extract(ctx, in, r.to.Path, r.options)
	case r.from.Service == "":
		return c.In(ctx, cp.Local(process.Dir, r.from.Path), r.to.Path, r.options)
	case r.to.Path == cp.Stream:
		return c.Write(ctx, r.from.Path, process.Out, r.options)
	default:
		return c.Out(ctx, r.from.Path, cp.Local(process.Dir, r.to.Path), r.options)
	}
}

func (r *copying) input() (io.ReadCloser, error) {
	if r.spooled == "" {
		return io.NopCloser(r.app.process.In), nil
	}
	return os.Open(r.spooled)
}

// spool keeps standard input in a file until remove is called: it can be read
// only once.
func (r *copying) spool() (remove func(), err error) {
	if r.app.global.dryRun {
		return func() {}, nil
	}
	file, err := os.CreateTemp("", "stack-cp-*.tar")
	if err != nil {
		return nil, fmt.Errorf("keep standard input for several containers: %w", err)
	}
	remove = func() { _ = os.Remove(file.Name()) }
	_, err = io.Copy(file, r.app.process.In)
	if err = errors.Join(err, file.Close()); err != nil {
		remove()
		return nil, fmt.Errorf("keep standard input for several containers: %w", err)
	}
	r.spooled = file.Name()
	return remove, nil
}
