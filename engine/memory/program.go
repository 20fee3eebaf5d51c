package memory

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stackctl/stack/state"
)

// program is what a command does, as far as it is made of the shell's simplest
// words.
type program struct {
	steps   []step
	lasts   time.Duration
	code    int
	forever bool
	traps   bool // it ignores its stop signal
	reads   bool // what it does depends on the container's files

	files map[string]content
	place setting
}

// setting is where a program runs, as far as it can ask for it.
type setting struct {
	env       []string // KEY=VALUE
	dir, user string
	tty       bool
}

// step is something that a program does at a time after its start.
type step struct {
	after time.Duration
	due   due
}

// interpret says what a command does; known is false for one that is made of
// more than package memory understands.
func interpret(argv []string, files map[string]content, at setting) (p *program, known bool) {
	p = &program{files: map[string]content{}, place: at}
	for name, file := range files {
		p.files[name] = file
	}
	if len(argv) == 0 {
		return nil, false
	}
	if base := path.Base(argv[0]); (base == "sh" || base == "ash" || base == "bash") && len(argv) == 3 && argv[1] == "-c" {
		return p, p.script(argv[2])
	}
	_, ok := p.command(argv)
	return p, ok
}

// output is what the program prints.
func (p *program) output() string {
	var b strings.Builder
	for _, s := range p.steps {
		if s.due.What == prints {
			b.WriteString(s.due.Line.Text + "\n")
		}
	}
	return b.String()
}

func (p *program) script(text string) (known bool) {
	commands, ok := parseScript(text)
	if !ok {
		return false
	}
	for _, c := range commands {
		if c.onSuccess && p.code != 0 {
			continue
		}
		ended, known := p.command(c.words)
		if !known {
			return false
		}
		if ended || p.forever {
			return true
		}
	}
	return len(commands) > 0
}

// command runs one command. ended is true for one that ends the script.
func (p *program) command(words []string) (ended, known bool) {
	name, args := path.Base(words[0]), words[1:]
	p.code = 0
	switch name {
	case "true", ":":
	case "false":
		p.code = 1
	case "exec":
		if len(args) == 0 {
			return false, false
		}
		_, known := p.command(args)
		return true, known
	case "exit":
		return true, p.exit(args)
	case "sleep":
		return false, p.sleep(args)
	case "trap":
		p.traps = p.traps || len(args) > 1 && args[0] == ""
		return false, len(args) > 1 && args[0] == ""
	case "echo":
		p.echo(args)
	case "touch", "rm":
		p.change(name, args)
	case "test":
		return false, p.test(args)
	case "cat":
		p.cat(args)
	case "read":
		p.do(due{What: takesLine})
	case "stty", "printenv", "pwd", "whoami", "tty":
		return false, p.ask(name, args)
	case "stat":
		return false, p.stat(args)
	default:
		return false, false
	}
	return false, true
}

func (p *program) do(d due) { p.steps = append(p.steps, step{p.lasts, d}) }

func (p *program) exit(args []string) (known bool) {
	if len(args) == 0 {
		return true
	}
	code, err := strconv.Atoi(args[0])
	p.code = code
	return err == nil
}

func (p *program) sleep(args []string) (known bool) {
	if len(args) != 1 {
		return false
	}
	if args[0] == "infinity" || args[0] == "inf" {
		p.forever = true
		return true
	}
	text := args[0]
	if strings.Trim(text, "0123456789.") == "" {
		text += "s"
	}
	d, err := time.ParseDuration(text)
	p.lasts += d
	return err == nil
}

func (p *program) echo(args []string) {
	l := state.LogLine{}
	if n := len(args); n > 0 && args[n-1] == ">&2" {
		l.Stderr, args = true, args[:n-1]
	}
	l.Text = strings.Join(args, " ")
	p.do(due{What: prints, Line: l})
}

func (p *program) change(name string, args []string) {
	recursive := false
	for _, arg := range args {
		file := clean(arg)
		switch {
		case strings.HasPrefix(arg, "-"):
			recursive = recursive || strings.Contains(arg, "r")
		case name == "rm":
			for _, other := range slices.Sorted(maps.Keys(p.files)) {
				if recursive && strings.HasPrefix(other, file+"/") {
					delete(p.files, other)
					p.do(due{What: deletes, Path: other})
				}
			}
			delete(p.files, file)
			p.do(due{What: deletes, Path: file})
		default:
			if _, there := p.files[file]; !there {
				p.files[file] = content{Mode: 0o644}
				p.do(due{What: writes, Path: file})
			}
		}
	}
}

func (p *program) test(args []string) (known bool) {
	if len(args) != 2 || args[0] != "-f" && args[0] != "-e" {
		return false
	}
	p.reads = true
	if _, there := p.files[clean(args[1])]; !there {
		p.code = 1
	}
	return true
}

func (p *program) cat(args []string) {
	p.reads = true
	if len(args) == 0 {
		p.do(due{What: copies})
	}
	for _, arg := range args {
		file, there := p.files[clean(arg)]
		if !there {
			p.code = 1
			p.do(due{What: prints, Line: state.LogLine{Stderr: true, Text: fmt.Sprintf("cat: can't open '%s': No such file or directory", arg)}})
			continue
		}
		for text := range strings.Lines(string(file.Data)) {
			p.do(due{What: prints, Line: state.LogLine{Text: strings.TrimSuffix(text, "\n")}})
		}
	}
}

// stat knows the form stat -c '%a %u %g' FILE.
func (p *program) stat(args []string) (known bool) {
	if len(args) != 3 || args[0] != "-c" || args[1] != "%a %u %g" {
		return false
	}
	p.reads = true
	file, there := p.files[clean(args[2])]
	if !there {
		p.code = 1
		return true
	}
	p.do(due{What: prints, Line: state.LogLine{Text: fmt.Sprintf("%o %d %d", file.Mode, file.UID, file.GID)}})
	return true
}
