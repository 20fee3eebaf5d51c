package memory

import (
	"strings"
	"time"

	"github.com/stackctl/stack/state"
)

// run schedules all that a container's process will do.
func (c *container) run(at time.Time) {
	c.Traps, c.StopCode = false, 0
	c.Listens = false
	p, known := interpret(c.Command, c.Files, c.setting())
	if known {
		c.Traps, c.StopCode = p.traps, exitTerminated
		for _, s := range p.steps {
			if s.due.What.interactive() && c.Stdin {
				c.Listens = true
				return
			}
			s.due.At = at.Add(s.after)
			c.schedule(s.due)
		}
	}
	c.announce(at, known)
	if after, ends := c.Behavior.ends(); ends {
		c.schedule(due{At: at.Add(after), What: exits, Code: c.Behavior.ExitCode})
	} else if known && !p.forever {
		c.schedule(due{At: at.Add(p.lasts), What: exits, Code: p.code})
	} else if !known && c.OneShot {
		c.schedule(due{At: at, What: exits})
	}
}

// announce prints what the behaviour says or, so that every container has a
// log, the command.
func (c *container) announce(at time.Time, known bool) {
	lines := c.Behavior.Output
	if len(lines) == 0 && !known {
		lines = []string{strings.TrimSpace(c.Image + " " + strings.Join(c.Command, " "))}
	}
	for _, text := range lines {
		c.print(at, state.LogLine{Text: text})
	}
}

// step lets one thing happen to a container. now is until when things happen
// before somebody looks.
func (w *world) step(c *container, d due, now time.Time) {
	switch d.What {
	case prints:
		c.print(d.At, d.Line)
	case writes:
		c.Files[d.Path] = content{Mode: 0o644}
	case deletes:
		delete(c.Files, d.Path)
	case exits:
		w.die(c, d.At, d.Code)
	case checks:
		w.check(c, d.At, now)
	case copies, takesLine, measures: // nobody is there
	case restarts:
		_ = w.start(c, d.At) // the container says why it did not start
	}
}
