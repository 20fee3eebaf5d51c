package cli

import (
	"io"
	"sync"

	"github.com/stackctl/stack/internal/render"
	"github.com/stackctl/stack/internal/terminal"
	"github.com/stackctl/stack/internal/watch"
)

// menu takes keys while up is attached to a terminal, and names them in a line
// below the logs. A nil menu does nothing.
type menu struct {
	in    io.Reader
	out   io.Writer
	color bool

	mu      sync.Mutex
	footer  *terminal.Footer
	restore func()
}

// key is one that the menu takes.
type key struct {
	char  byte
	label func() string
	press func()
}

// keys are those of an attached up, besides Ctrl-C, which is a signal, and d.
// What can be turned on and off while it is attached adds its key here: press
// is called once for each time that the key is pressed, from one goroutine, and
// label says what the next one would do.
func (t *attachment) keys() []key {
	rules, _, err := watch.Rules(t.goal.desired.Services)
	if err != nil || len(rules) == 0 {
		return nil
	}
	label := func() string {
		if t.watches() {
			return "Disable Watch"
		}
		return "Enable Watch"
	}
	return []key{{char: 'w', label: label, press: t.toggleWatch}}
}

// wantsMenu is true where a person sits at both ends, unless a flag or variable
// says no.
func (t *attachment) wantsMenu(env lookup) bool {
	process := t.app.process
	if t.settings.mode != render.TTY || !isTerminal(process.In) || !isTerminal(process.Out) {
		return false
	}
	if said, set := env("COMPOSE_MENU"); set && said != "" && !t.options.menuSet {
		return truth(said)
	}
	return t.options.menu || !t.options.menuSet
}

// above are the streams of a process whose output leaves the menu's line alone.
func (m *menu) above(process Process) Process {
	if m == nil {
		return process
	}
	process.Out, process.Err = aboveMenu{m, process.Out}, aboveMenu{m, process.Err}
	return process
}

// aboveMenu writes above the menu's line once there is one.
type aboveMenu struct {
	menu *menu
	to   io.Writer
}

func (a aboveMenu) Write(part []byte) (int, error) {
	if f := a.menu.line(); f != nil && isTerminal(a.to) {
		return f.Above(a.to).Write(part)
	}
	return a.to.Write(part)
}
