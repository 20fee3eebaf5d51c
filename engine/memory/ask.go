package memory

import (
	"strings"

	"github.com/stackctl/stack/state"
)

// ask runs a program that prints something about where it runs. known is false
// for a form that package memory does not understand.
func (p *program) ask(name string, args []string) (known bool) {
	switch {
	case name == "stty" && len(args) == 1 && args[0] == "size":
		p.do(due{What: measures})
	case name == "printenv" && len(args) == 1:
		value, set := p.place.variable(args[0])
		if !set {
			p.code = 1
			return true
		}
		p.say(value)
	case name == "pwd" && len(args) == 0:
		p.say(p.place.dir)
	case name == "whoami" && len(args) == 0:
		p.say(p.place.user)
	case name == "tty" && len(args) == 0 && p.place.tty:
		p.say("/dev/pts/0")
	case name == "tty" && len(args) == 0:
		p.say("not a tty")
		p.code = 1
	default:
		return false
	}
	return true
}

func (p *program) say(text string) { p.do(due{What: prints, Line: state.LogLine{Text: text}}) }

// variable is the last value of a variable.
func (at setting) variable(name string) (value string, set bool) {
	for _, entry := range at.env {
		if key, v, _ := strings.Cut(entry, "="); key == name {
			value, set = v, true
		}
	}
	return value, set
}
