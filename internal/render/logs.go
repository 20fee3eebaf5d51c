package render

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/stackctl/stack/state"
)

// LogOptions say how logs are printed.
type LogOptions struct {
	Stdout   io.Writer
	Stderr   io.Writer // nil has all in Stdout
	Color    bool
	NoPrefix bool
	// Batch gives lines away when many have come together, and at the Flush
	// that has to end it: for what is not watched as it comes.
	Batch bool
}

// LogPrinter prints the lines of many containers, each behind its name:
//
//	web-1  | GET /
//
// It may be used by several goroutines. A line is written whole, and lines of
// one goroutine stay in order, also between stdout and stderr. A line's
// timestamp, if it is wanted, is a part of the line that the engine gives.
type LogPrinter struct {
	options LogOptions
	waiting atomic.Int32 // calls that are about to write

	mu       sync.Mutex
	out, err *bufio.Writer
	last     *bufio.Writer
	partial  source // of a line that has no end yet
	prefixes map[string]string
	colors   map[string]string
	width    int
}

// source is what prints lines, one after the other.
type source struct {
	name   string
	stderr bool
}

// NewLogPrinter makes a LogPrinter.
func NewLogPrinter(options LogOptions) *LogPrinter {
	p := &LogPrinter{
		options:  options,
		out:      bufio.NewWriterSize(options.Stdout, 1<<16),
		prefixes: map[string]string{},
		colors:   map[string]string{},
	}
	p.err = p.out
	if options.Stderr != nil {
		p.err = bufio.NewWriterSize(options.Stderr, 1<<16)
	}
	return p
}

// Register makes names known, so that the first line is padded for all of
// them and colours are given in this order. Other names may come later.
func (p *LogPrinter) Register(names ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.register(names...)
}

// Line prints one line of a container's. An error is that of the stream that
// it was for; it stays until the end.
func (p *LogPrinter) Line(name string, line state.LogLine) error {
	w := p.out
	if line.Stderr {
		w = p.err
	}
	from := source{name, line.Stderr}
	return p.write(w, func() {
		if p.partial != from {
			p.endPartial()
			if !p.options.NoPrefix {
				_, _ = w.WriteString(p.prefix(name))
			}
		}
		_, _ = w.WriteString(line.Text)
		if p.partial = from; !line.Partial {
			_ = w.WriteByte('\n')
			p.partial = source{}
		}
	})
}

// endPartial ends a line that has no end yet: something else is to be printed.
func (p *LogPrinter) endPartial() {
	if (p.partial == source{}) {
		return
	}
	w := p.out
	if p.partial.stderr {
		w = p.err
	}
	_ = w.WriteByte('\n')
	_ = w.Flush() // before what another stream is about to say
	p.partial = source{}
}

// Flush gives away all that was printed.
func (p *LogPrinter) Flush() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return errors.Join(p.out.Flush(), p.err.Flush())
}

// Exited says that a container ended: "web-1 exited with code 0".
func (p *LogPrinter) Exited(name string, code int) error {
	return p.Status(name, fmt.Sprintf("exited with code %d", code))
}

// Attaching says whose lines follow: of the containers that are registered.
func (p *LogPrinter) Attaching() error {
	return p.write(p.out, func() {
		if names := slices.Sorted(maps.Keys(p.colors)); len(names) > 0 {
			_, _ = p.out.WriteString("Attaching to " + strings.Join(names, ", ") + "\n")
		}
	})
}

// Status says something of a container, in its colour.
func (p *LogPrinter) Status(name, text string) error {
	return p.write(p.out, func() {
		p.endPartial()
		p.prefix(name)
		_, _ = p.out.WriteString(p.paint(name, name+" "+text) + "\n")
	})
}

// Watch prints what is said of the watching of files, in line with the
// containers' names:
//
//	⦿ Syncing service "web" after 1 changes were detected
func (p *LogPrinter) Watch(text string) error {
	return p.write(p.out, func() {
		for line := range strings.Lines(text) {
			_, _ = p.out.WriteString(style{p.options.Color}.paint("92", strings.Repeat(" ", p.width+1)+"⦿ ") + strings.TrimSuffix(line, "\n") + "\n")
		}
	})
}

// write flushes as soon as nobody else is about to write: a lone line is seen
// at once, and a flood costs few system calls.
func (p *LogPrinter) write(w *bufio.Writer, print func()) error {
	p.waiting.Add(1)
	p.mu.Lock()
	defer p.mu.Unlock()
	busy := p.waiting.Add(-1) > 0
	if p.last != nil && p.last != w {
		// Both may end in one terminal: keep their order.
		_ = p.last.Flush()
	}
	p.last = w
	print()
	if busy || p.options.Batch {
		return nil
	}
	return w.Flush()
}

func (p *LogPrinter) prefix(name string) string {
	prefix, known := p.prefixes[name]
	if !known {
		p.register(name)
		prefix = p.prefixes[name]
	}
	return prefix
}

func (p *LogPrinter) register(names ...string) {
	palette := [...]string{"36", "33", "32", "35", "34", "36;1", "33;1", "32;1", "35;1", "34;1"}
	for _, name := range names {
		if _, known := p.colors[name]; !known {
			p.colors[name] = palette[len(p.colors)%len(palette)]
			p.width = max(p.width, cells(name))
		}
	}
	for name := range p.colors {
		p.prefixes[name] = p.paint(name, pad(name, p.width+1)+" | ")
	}
}

func (p *LogPrinter) paint(name, text string) string {
	return style{p.options.Color}.paint(p.colors[name], text)
}
