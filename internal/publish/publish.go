// Package publish decides what of a project is published, and what its owner
// should think about before that.
package publish

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/stackctl/stack/internal/remote"
	"github.com/stackctl/stack/project"
)

// Content is what is published of a project.
type Content struct {
	Files []remote.File
	// Warnings are what a project lacks where it is loaded from there, one
	// sentence each.
	Warnings []string
}

// Collect reads the files of a project: its compose files, those that they
// extend, and with withEnv the env files. The names in them are those that the
// files have in the artifact, where all are in one folder.
func Collect(p *project.Project, sources []project.SourceFile, withEnv bool) (Content, error) {
	c := collection{project: p, withEnv: withEnv, read: map[string]bool{}}
	for _, source := range sources {
		if err := c.add(source); err != nil {
			return Content{}, err
		}
	}
	slices.SortFunc(c.others, func(a, b remote.File) int { return strings.Compare(a.Name, b.Name) })
	return Content{Files: append(c.files, c.others...), Warnings: left(p)}, nil
}

type collection struct {
	project *project.Project
	withEnv bool
	files   []remote.File
	others  []remote.File // env and label files
	read    map[string]bool
}

func (c *collection) add(source project.SourceFile) error {
	content, err := source.Rewritten(c.rename)
	if err != nil {
		return err
	}
	file := remote.File{Kind: remote.Compose, Name: filepath.Base(source.Path), Content: content}
	if source.Path == "-" {
		file.Name = "compose.yaml"
	}
	if source.Base {
		file.Kind, file.Name = remote.Base, c.name(source.Path, ".yaml")
	}
	c.files = append(c.files, file)
	for _, r := range source.References {
		if err := c.addReferenced(r); err != nil {
			return err
		}
	}
	return nil
}

// rename is what a file that is named is called in the artifact.
func (c *collection) rename(r project.Reference) (string, bool) {
	switch {
	case r.Elsewhere, r.Kind == project.Include:
		return "", false
	case r.Kind == project.Extends:
		return c.name(r.File, ".yaml"), true
	}
	return c.name(r.File, ".env"), true
}

// name stands for a path, wherever the project is.
func (c *collection) name(path, suffix string) string {
	if relative, err := filepath.Rel(c.project.WorkingDir, path); err == nil {
		path = filepath.ToSlash(relative)
	}
	return fmt.Sprintf("%x%s", sha256.Sum256([]byte(path)), suffix)
}

func (c *collection) addReferenced(r project.Reference) error {
	switch {
	case r.Kind == project.EnvFile && c.withEnv, r.Kind == project.LabelFile:
	default:
		return nil
	}
	if c.read[r.File] {
		return nil
	}
	content, err := os.ReadFile(r.File)
	if errors.Is(err, fs.ErrNotExist) && r.Optional {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s: %w", strings.Join(r.Path, "."), err)
	}
	c.read[r.File] = true
	c.others = append(c.others, remote.File{Kind: remote.Env, Name: c.name(r.File, ".env"), Content: content})
	return nil
}

// left names the files that a project needs and that are not published.
func left(p *project.Project) []string {
	var all []string
	for name, c := range p.Model.Configs {
		if c.File != "" {
			all = append(all, fmt.Sprintf("config %s is read from %s, which is not published", name, c.File))
		}
	}
	for name, s := range p.Model.Secrets {
		if s.File != "" {
			all = append(all, fmt.Sprintf("secret %s is read from %s, which is not published", name, s.File))
		}
	}
	slices.Sort(all)
	return all
}
