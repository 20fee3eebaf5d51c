package cli

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/stackctl/stack/internal/logs"
	"github.com/stackctl/stack/internal/render"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

type logStyle struct {
	color    bool
	noPrefix bool
	merged   bool // what goes to a container's stderr is for stdout too
	batch    bool // nobody watches the lines come: they are to be flushed at the end
}

// logPrinter prints what followers and readers of logs give.
type logPrinter struct {
	printer *render.LogPrinter
	err     io.Writer
}

func newLogPrinter(process Process, style logStyle) *logPrinter {
	options := render.LogOptions{Stdout: process.Out, Color: style.color, NoPrefix: style.noPrefix, Batch: style.batch}
	if !style.merged {
		options.Stderr = process.Err
	}
	return &logPrinter{printer: render.NewLogPrinter(options), err: process.Err}
}

// expect makes room for the names of a service's containers.
func (p *logPrinter) expect(project state.Project, s state.Service) {
	for n := 1; n <= s.Replicas; n++ {
		c := state.Container{Name: project.ContainerName(s.Name, n), Project: project.Name, Service: s.Name, Number: n}
		if s.Config.ContainerName != "" {
			c.Name = s.Config.ContainerName
		}
		p.printer.Register(logName(c))
	}
}

// attaching says whose lines follow.
func (p *logPrinter) attaching() { _ = p.printer.Attaching() }

func (p *logPrinter) line(c state.Container, line state.LogLine) {
	_ = p.printer.Line(logName(c), line)
}

// record prints a line, an end, or why there are no lines. A stream that is
// gone takes no more: that is no reason to end a run.
func (p *logPrinter) record(r logs.Record) {
	name := logName(*r.Container)
	switch {
	case r.Line != nil:
		_ = p.printer.Line(name, *r.Line)
	case r.Exit != nil && r.Exit.Restarting:
		_ = p.printer.Status(name, fmt.Sprintf("exited with code %d (restarting)", r.Exit.Code))
	case r.Exit != nil:
		_ = p.printer.Exited(name, r.Exit.Code)
	case r.Err != nil:
		warn(p.err, []string{r.Err.Error()})
	}
}

// watch prints what a watcher says.
func (p *logPrinter) watch(text string) { _ = p.printer.Watch(text) }

// logName is what a container's lines begin with: its service and number, or
// the name that the compose file gives it.
func logName(c state.Container) string {
	if c.Task != "" {
		return taskName(c)
	}
	short := c.Service + "-" + strconv.Itoa(c.Number)
	if _, temporary := c.Labels[state.LabelReplace]; temporary {
		c.Name = c.Labels[state.LabelReplace]
	}
	c.Name = strings.TrimSuffix(c.Name, planner.StartingSuffix)
	rest, ours := strings.CutPrefix(c.Name, c.Project)
	if ours && len(rest) == len(short)+1 && rest[1:1+len(c.Service)] == c.Service {
		return rest[1:]
	}
	return c.Name
}

// taskName is web.1@node2, or web@node2 of a service that has one on each node.
func taskName(c state.Container) string {
	name := c.Service
	if c.Number != 0 {
		name += "." + strconv.Itoa(c.Number)
	}
	if c.Node != "" {
		name += "@" + c.Node
	}
	return name
}
