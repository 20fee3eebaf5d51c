package cli

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/hashicorp/go-multierror"

	"github.com/stackctl/stack/internal/render"
	"github.com/stackctl/stack/project"
	"github.com/stackctl/stack/reconciler"
)

// Main runs one command and returns the exit code of the process. The first
// signal ends the command in an orderly way, the second at once. No goroutine
// is left behind.
func Main(args []string, process Process) int {
	called, args := process.called(args)
	signals, leave := process.Signals, func() {}
	if called.plugin {
		signals, leave = process.hostSignals()
	}
	defer leave()
	interrupt := watchSignals(signals)
	defer interrupt.close()
	a := &app{process: process, called: called, interrupt: interrupt}
	if len(args) > 0 && args[0] == metadataCommand {
		return a.finish(process.pluginMetadata())
	}
	root := a.rootCommand()
	a.called.rename(root)
	root.SetArgs(args)
	root.SetIn(process.In)
	root.SetOut(process.Out)
	root.SetErr(process.Err)
	return a.finish(root.ExecuteContext(interrupt.soft))
}

// app is one run of the program.
type app struct {
	process   Process
	called    calling
	interrupt *interrupt
	global    globalOptions
	command   string           // that runs, as it was called: "stack up"
	verb      string           // its own name: "up"
	fetching  []project.Remote // nil before the first use
	answers   *bufio.Reader    // to questions; nil before the first
}

// exitError ends the program with a code of its own. Without an error to
// print, nothing is printed.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// finish prints the error, if there is one to print, and chooses the exit code.
func (a *app) finish(err error) int {
	if err == nil {
		return 0
	}
	code := 1
	var exit *exitError
	if errors.As(err, &exit) {
		code, err = exit.code, exit.err
	}
	if signal := a.interrupt.code(); signal != 0 {
		code, err = signal, withoutInterrupts(err)
	}
	if err != nil {
		a.printError(err)
	}
	return code
}

// printError prints an error once, as text or as a line for machines.
func (a *app) printError(err error) {
	if progress := cmp.Or(a.global.progress, a.process.getenv("COMPOSE_PROGRESS")); progress != string(render.JSON) {
		var text strings.Builder
		_ = render.Error(&text, err, a.colors(a.process.Err))
		_, _ = io.WriteString(folded(a.process.Err), a.called.renamed(text.String()))
		return
	}
	encoder := json.NewEncoder(a.process.Err)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(struct {
		Error   bool   `json:"error"`
		Message string `json:"message"`
	}{true, a.called.renamed(err.Error())})
}

// withoutInterrupts is what is left of an error without what only says that
// there was an interrupt.
func withoutInterrupts(err error) error {
	var several *multierror.Error
	if errors.As(err, &several) {
		var rest []error
		for _, one := range several.Errors {
			if one = withoutInterrupts(one); one != nil {
				rest = append(rest, one)
			}
		}
		return errors.Join(rest...)
	}
	for _, interrupted := range []error{errInterrupted, reconciler.ErrInterrupted, context.Canceled} {
		if errors.Is(err, interrupted) {
			return nil
		}
	}
	return err
}
