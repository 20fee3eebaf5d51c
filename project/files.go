package project

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/compose-spec/compose-go/v2/types"
)

// ErrNoFile is what [Load] returns when there is no compose file to load.
// Commands that work from an engine's labels alone go on with [Name].
var ErrNoFile = errors.New("no configuration file provided: not found")

// loadEnvFiles merges the env files into the environment. Without --env-file
// and COMPOSE_ENV_FILES it is the project directory's .env, if there is one.
func (w *workspace) loadEnvFiles() error {
	files, err := w.listEnvFiles()
	if err != nil {
		return err
	}
	for _, f := range files {
		if s, err := os.Stat(f); err != nil || s.IsDir() {
			return w.missingEnvFile(f, err)
		}
	}
	values, err := dotenv.GetEnvFromFile(w.env, files)
	if err != nil {
		return w.brokenEnvFile(files, err)
	}
	w.env.Merge(values)
	return nil
}

// explicitEnvFiles are the env files that somebody asked for, as written.
func (w *workspace) explicitEnvFiles() []string {
	if len(w.options.EnvFiles) > 0 {
		return w.options.EnvFiles
	}
	return splitList(environment(w.options.Environ)[envEnvFiles], ",")
}

func (w *workspace) listEnvFiles() ([]string, error) {
	if files := w.explicitEnvFiles(); len(files) > 0 {
		var all []string
		for _, f := range files {
			all = append(all, w.abs(f))
		}
		return all, nil
	}
	if v, ok := environment(w.options.Environ)[envDisableEnvFile]; ok && v != "" {
		disabled, err := strconv.ParseBool(v)
		if err != nil {
			return nil, fmt.Errorf("%s: expected true or false, found %q", envDisableEnvFile, v)
		}
		if disabled {
			return nil, nil
		}
	}
	file := filepath.Join(w.projectDirectory(), ".env")
	if s, err := os.Stat(file); err != nil || s.IsDir() {
		return nil, nil // .env is a convenience: nobody asked for it
	}
	return []string{file}, nil
}

func (w *workspace) missingEnvFile(file string, err error) error {
	if err == nil {
		return fmt.Errorf("env file %s: expected a file, found a folder", file)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("env file %s not found: check --env-file and %s: %w", file, envEnvFiles, err)
	}
	return fmt.Errorf("env file %s: %w", file, err)
}

// brokenEnvFile puts the line that the parser names behind the file's name.
func (w *workspace) brokenEnvFile(files []string, err error) error {
	for _, f := range files {
		text, ok := strings.CutPrefix(err.Error(), "failed to read "+f+": ")
		if !ok {
			continue
		}
		return Errors{w.lineError(f, text, err)}
	}
	return err
}

// lineError is an error in a file of KEY=VALUE lines.
func (w *workspace) lineError(file, text string, cause error) *Error {
	e := &Error{File: w.show(file), Column: 1, Hint: "expected lines of the form KEY=VALUE", cause: cause}
	e.Line, e.Message = cutLine(text)
	return e
}

// cutLine splits "line 3: text".
func cutLine(text string) (int, string) {
	if rest, ok := strings.CutPrefix(text, "line "); ok {
		if number, message, ok := strings.Cut(rest, ": "); ok {
			if n, err := strconv.Atoi(number); err == nil {
				return n, message
			}
		}
	}
	return 0, text
}

// findFiles fills in the compose files from COMPOSE_FILE or, without it, from
// the default names in the project directory and its parents.
func (w *workspace) findFiles() {
	if len(w.files) > 0 {
		return
	}
	separator := w.env[envPathSeparator]
	if separator == "" {
		separator = string(os.PathListSeparator)
	}
	list := splitList(w.env[envFile], separator)
	if w.env[envPathSeparator] == "" && w.elsewhere(w.env[envFile]) {
		list = []string{w.env[envFile]} // its colons separate nothing
	}
	if len(list) > 0 {
		for _, f := range list {
			w.files = append(w.files, w.composeFile(f))
		}
		return
	}
	for dir := w.projectDirectory(); ; dir = filepath.Dir(dir) {
		if found := w.pick(dir, cli.DefaultFileNames); found != "" {
			w.files = []string{found}
			if override := w.pick(dir, cli.DefaultOverrideFileNames); override != "" {
				w.files = append(w.files, override)
			}
			return
		}
		w.searched = append(w.searched, dir)
		if dir == filepath.Dir(dir) {
			return
		}
	}
}

// pick is the first of names that is in dir, or "". That there are others is a
// warning.
func (w *workspace) pick(dir string, names []string) string {
	var found []string
	for _, name := range names {
		if path := filepath.Join(dir, name); exists(path) {
			found = append(found, path)
		}
	}
	if len(found) == 0 {
		return ""
	}
	if len(found) > 1 {
		w.warnings = append(w.warnings, fmt.Sprintf("Found multiple config files with supported names: %s. Using %s",
			strings.Join(found, ", "), found[0]))
	}
	return found[0]
}

// read returns the compose files with their content.
func (w *workspace) read(ctx context.Context) ([]types.ConfigFile, error) {
	if len(w.files) == 0 {
		return nil, fmt.Errorf("%w: looked for %s in %s and the folders above; name one with -f, or change to its folder",
			ErrNoFile, strings.Join(cli.DefaultFileNames, ", "), w.searched[0])
	}
	var all []types.ConfigFile
	var errs Errors
	for _, f := range w.files {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		content, err := w.readFile(f)
		if err != nil {
			errs = append(errs, w.unreadable(f, err))
			continue
		}
		all = append(all, types.ConfigFile{Filename: f, Content: content})
	}
	return all, errs.orNil()
}

func (w *workspace) readFile(path string) ([]byte, error) {
	if path != "-" {
		return os.ReadFile(path)
	}
	if w.options.Stdin == nil {
		return nil, errors.New("there is no standard input to read")
	}
	return io.ReadAll(w.options.Stdin)
}

func (w *workspace) unreadable(path string, err error) *Error {
	e := &Error{File: w.show(path), Message: err.Error(), cause: err}
	switch {
	case isRemote(path):
		e.Message, e.Hint = "expected a file, found an address that cannot be fetched", remoteHint
	case errors.Is(err, fs.ErrNotExist):
		e.Message, e.Hint = "no such file or directory: expected a compose file, found nothing", "check -f and "+envFile
	case isDir(path):
		e.Message, e.Hint = "expected a compose file, found a folder", "name a file in it"
	}
	return e
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func isDir(path string) bool {
	s, err := os.Stat(path)
	return err == nil && s.IsDir()
}
