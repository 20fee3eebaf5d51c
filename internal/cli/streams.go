package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/engine/docker"
	"github.com/stackctl/stack/internal/terminal"
	"github.com/stackctl/stack/state"
)

// ttyOptions are the flags that say how a command is joined to its process.
type ttyOptions struct {
	interactive bool
	noTTY       bool
	tty         bool
	// insists is true where a terminal, or to pass the input on, was asked for.
	insists bool
}

func (o *ttyOptions) register(f *pflag.FlagSet, process Process) {
	f.BoolVarP(&o.interactive, "interactive", "i", true, "Pass the input on")
	f.BoolVarP(&o.noTTY, "no-tty", "T", !isTerminal(process.Out), "Give the command no terminal. It has one where the output is one")
	f.BoolVarP(&o.tty, "tty", "t", true, "Give the command a terminal")
	f.Lookup("tty").Hidden = true
	f.SetNormalizeFunc(func(_ *pflag.FlagSet, name string) pflag.NormalizedName {
		return pflag.NormalizedName(strings.Replace(name, "no-TTY", "no-tty", 1)) // as Docker Compose called it
	})
}

// note decides whether the command gets a terminal. Where nothing is said, piped
// input is a reason to do without.
func (o *ttyOptions) note(f *pflag.FlagSet, process Process, detached bool) error {
	said, not := f.Changed("tty"), f.Changed("no-tty")
	o.insists = said && o.tty || f.Changed("interactive") && o.interactive
	switch {
	case said && not:
		return errors.New("--tty and --no-tty can't be used together")
	case said:
		o.noTTY = !o.tty
	case !not && !isTerminal(process.In):
		o.noTTY = true
	}
	o.tty = !o.noTTY
	if o.tty && o.interactive && !detached && !isTerminal(process.In) {
		return errors.New("cannot attach stdin to a TTY-enabled container because stdin is not a terminal (the input device is not a TTY): leave out -t, or give -T")
	}
	return nil
}

// streams are a command's streams, and how the engine is to join them.
type streams struct {
	terminal.Streams
	options state.StreamOptions
}

// streams are those of this process. Empty keys are those of the docker CLI's
// configuration.
func (a *app) streams(o ttyOptions, keys string) (streams, error) {
	if keys == "" {
		keys = docker.DetachKeys(a.process.getenv)
	}
	parsed, err := terminal.ParseDetachKeys(keys)
	if err != nil {
		return streams{}, fmt.Errorf("invalid detach keys (%s): %w; they are like ctrl-p,ctrl-q", keys, err)
	}
	s := streams{
		Streams: terminal.Streams{Out: a.process.Out, Err: a.process.Err, TTY: o.tty, DetachKeys: parsed},
		options: state.StreamOptions{Stdin: o.interactive, TTY: o.tty, DetachKeys: keys},
	}
	if o.interactive {
		s.In = a.process.In
	}
	if o.tty {
		s.options.Size = terminal.Size(a.process.Out)
	}
	return s, nil
}

// converse joins a session to this process, and ends with the process's code.
func (a *app) converse(ctx context.Context, session engine.Session, s streams) error {
	code, err := terminal.Join(ctx, session, s.Streams)
	switch {
	case errors.Is(err, terminal.ErrDetached):
		_, _ = io.WriteString(a.process.Err, "detached: the process goes on\n") // a stream that is gone needs no word
		return nil
	case err != nil:
		return err
	case code != 0:
		return &exitError{code: code}
	}
	return nil
}

// Exit codes of shells for a command that cannot be run.
const (
	exitNotExecutable = 126
	exitNotFound      = 127
)

// commandExit gives the error of a command that could not be started the code
// that shells give it.
func commandExit(err error) error {
	if err == nil {
		return nil
	}
	says := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(err.Error(), w) {
				return true
			}
		}
		return false
	}
	switch {
	case !says("exec", "OCI runtime", "runc"):
		return err
	case says("executable file not found", "no such file or directory"):
		return &exitError{code: exitNotFound, err: err}
	case says("permission denied", "is a directory", "exec format error"):
		return &exitError{code: exitNotExecutable, err: err}
	}
	return err
}
