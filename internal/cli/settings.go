package cli

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/stackctl/stack/internal/render"
)

// The values of --ansi.
const (
	ansiAuto   = "auto"
	ansiNever  = "never"
	ansiAlways = "always"
)

// settings are what flags and environment say about how to run and to show it.
type settings struct {
	mode     render.Mode // resolved
	ansi     string
	color    bool // of progress and messages
	outColor bool // of standard output
	parallel int
	status   io.Writer // where progress goes
	builds   io.Writer // where the steps of builds go, in lines
}

// lookup finds a variable: of the project's environment, or of the process's.
type lookup func(key string) (string, bool)

// settings works the settings out. A flag wins over a variable.
func (a *app) settings(env lookup) (settings, error) {
	s := settings{ansi: a.global.ansi, status: a.process.Err, builds: a.process.Out}
	if v, _ := env("COMPOSE_ANSI"); v != "" && s.ansi == ansiAuto && !a.global.noANSI {
		s.ansi = v
	}
	if !slices.Contains([]string{ansiAuto, ansiNever, ansiAlways}, s.ansi) {
		return s, fmt.Errorf("unknown --ansi value %q: it is one of never, always, auto", s.ansi)
	}
	if isTrue(env, "COMPOSE_STATUS_STDOUT") {
		s.status = a.process.Out
	}
	s.color, s.outColor = useColor(s.ansi, env, s.status), useColor(s.ansi, env, a.process.Out)
	if err := a.parallel(&s, env); err != nil {
		return s, err
	}
	return s, a.progressMode(&s, env)
}

func (a *app) progressMode(s *settings, env lookup) error {
	mode, err := a.askedMode(env)
	if err != nil {
		return fmt.Errorf("--progress: %w", err)
	}
	switch {
	case mode == render.TTY && s.ansi == ansiNever:
		return errors.New("can't use --progress tty while ANSI support is disabled")
	case mode == render.Plain && s.ansi == ansiAlways:
		return errors.New("can't use --progress plain while ANSI support is forced")
	}
	s.mode = mode.Resolve(s.ansi != ansiNever && isScreen(env, s.status))
	return nil
}

// askedMode is the mode of progress that was asked for, by a flag or a variable.
func (a *app) askedMode(env lookup) (render.Mode, error) {
	text := a.global.progress
	if v, ok := env("COMPOSE_PROGRESS"); ok && text == "" {
		text = v
	}
	switch text { // other words for them
	case "none": // Docker Compose's
		text = string(render.Quiet)
	case "rawjson": // BuildKit's
		text = string(render.JSON)
	}
	return render.ParseMode(text)
}

func (a *app) parallel(s *settings, env lookup) error {
	if a.global.parallel != -1 {
		s.parallel = a.global.parallel
		return nil
	}
	v, ok := env("COMPOSE_PARALLEL_LIMIT")
	if !ok || v == "" {
		return nil
	}
	n, err := strconv.Atoi(v)
	if err != nil {
		return fmt.Errorf("COMPOSE_PARALLEL_LIMIT must be an integer (found: %q)", v)
	}
	s.parallel = n
	return nil
}

// colors is whether to colour a stream before the project's environment is
// known.
func (a *app) colors(w io.Writer) bool {
	ansi := a.global.ansi
	if v := a.process.getenv("COMPOSE_ANSI"); v != "" && ansi == ansiAuto {
		ansi = v
	}
	return useColor(ansi, a.process.lookup, w)
}

func useColor(ansi string, env lookup, w io.Writer) bool {
	if v, ok := env("NO_COLOR"); ok && v != "" {
		return false
	}
	return ansi == ansiAlways || ansi != ansiNever && isScreen(env, w)
}

// isScreen is true for a terminal that knows colours and cursor movement.
func isScreen(env lookup, w io.Writer) bool {
	term, _ := env("TERM")
	return term != "dumb" && isTerminal(w)
}

func isTrue(env lookup, key string) bool {
	v, _ := env(key)
	return truth(v)
}

// truth reads a variable's value as Docker Compose does.
func truth(text string) bool {
	switch strings.ToLower(text) {
	case "y", "yes":
		return true
	}
	on, err := strconv.ParseBool(strings.ToLower(text))
	return err == nil && on
}
