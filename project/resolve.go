package project

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// resolveFiles reads the env_file and label_file of every active service into
// its environment and labels. All files that are missing or broken are
// reported together.
func (p *Project) resolveFiles() error {
	knowRawFiles()
	var errs Errors
	p.envFiles = map[string][]types.EnvFile{}
	for _, name := range sortedKeys(p.Model.Services) {
		s := p.Model.Services[name]
		if !needsFiles(s) {
			continue
		}
		if missing := missingFiles(p.written, name, s); len(missing) > 0 {
			errs = append(errs, missing...)
			continue
		}
		resolved, err := p.resolveService(name, s)
		if err != nil {
			errs = append(errs, p.unreadableFile(p.written, name, s, err))
			continue
		}
		if len(s.EnvFiles) > 0 {
			p.envFiles[name] = s.EnvFiles
		}
		p.Model.Services[name] = resolved
	}
	return errs.orNil()
}

// needsFiles is true for a service that resolving would change. The others are
// left alone, as compose-go copies what it resolves.
func needsFiles(s types.ServiceConfig) bool {
	if len(s.EnvFiles) > 0 || len(s.LabelFiles) > 0 || len(s.PreStart) > 0 {
		return true
	}
	for _, value := range s.Environment {
		if value == nil {
			return true
		}
	}
	return false
}

func (p *Project) resolveService(name string, s types.ServiceConfig) (types.ServiceConfig, error) {
	const discard = true // as Docker Compose does: what the files say is in the environment now
	alone := &types.Project{Services: types.Services{name: s}, Environment: p.Model.Environment}
	alone, err := alone.WithServicesEnvironmentResolved(discard)
	if err != nil {
		return s, err
	}
	if alone, err = alone.WithServicesLabelsResolved(!discard); err != nil {
		return s, err
	}
	return alone.Services[name], nil
}

// missingFiles reports the env files and label files of a service that are not
// there and have to be.
func missingFiles(at func() *sources, name string, s types.ServiceConfig) Errors {
	var errs Errors
	missing := func(kind, field, file, hint string, i, of int) {
		_, err := os.Stat(file)
		if !errors.Is(err, fs.ErrNotExist) {
			return
		}
		path := modelPath{"services", name, field}
		if of > 1 {
			path = append(path, itoa(i))
		}
		e := at().errorAtValue(path, fmt.Sprintf("%s file %s not found", kind, file), hint)
		e.cause = err
		errs = append(errs, e)
	}
	for i, f := range s.EnvFiles {
		if f.Required {
			missing("env", "env_file", f.Path, "create it, correct the path, or write it as {path: …, required: false}", i, len(s.EnvFiles))
		}
	}
	for i, f := range s.LabelFiles {
		missing("label", "label_file", f, "create it or correct the path", i, len(s.LabelFiles))
	}
	return errs
}

// unreadableFile finds the file and the line that a parser's message names.
func (p *Project) unreadableFile(at func() *sources, name string, s types.ServiceConfig, err error) *Error {
	files := slices.Clone(s.LabelFiles)
	for _, f := range s.EnvFiles {
		files = append(files, f.Path)
	}
	for _, f := range files {
		if text, ok := strings.CutPrefix(err.Error(), "failed to read "+f+": "); ok {
			return p.workspace.lineError(f, text, err)
		}
	}
	e := at().errorAt(modelPath{"services", name}, err.Error(), "")
	e.cause = err
	return e
}
