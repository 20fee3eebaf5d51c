package watch

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"

	"github.com/stackctl/stack/state"
)

// everywhere are what version control keeps for itself, and what editors and
// tools write for a moment.
var everywhere = []string{
	"**/.git", "**/.hg", "**/.svn", "**/.bzr", "**/.jj", "**/CVS",
	"**/*~", "**/4913", "**/.*.sw?", // vim
	"**/.#*", "**/#*#", // emacs
	"**/.idea", "**/*___jb_tmp___", "**/*___jb_old___", // JetBrains
	"**/.*.kate-swp", "**/.goutputstream-*", "**/.~lock.*#", // KDE, GNOME, LibreOffice
	"**/*-go-tmp-umask", // the go command
}

// patterns are the lines of an ignore file, about what is below a folder.
type patterns struct {
	root    string
	matcher *patternmatcher.PatternMatcher
}

func newPatterns(root string, lines []string) (patterns, error) {
	cleaned, err := ignorefile.ReadAll(strings.NewReader(strings.Join(lines, "\n")))
	if err != nil {
		return patterns{}, err
	}
	matcher, err := patternmatcher.New(cleaned)
	if err != nil {
		return patterns{}, fmt.Errorf("patterns %s: %w", strings.Join(cleaned, ", "), err)
	}
	return patterns{root, matcher}, nil
}

// match is true for a path that a pattern is about, or a folder above it.
func (p patterns) match(name string) bool {
	inside, err := filepath.Rel(p.root, name)
	if err != nil || inside == "." || !filepath.IsLocal(inside) {
		return false
	}
	matched, err := p.matcher.MatchesOrParentMatches(inside)
	return err == nil && matched
}

// swallow is true for a folder that matches with all that is in it.
func (p patterns) swallow(folder string) bool {
	return !p.matcher.Exclusions() && p.match(folder)
}

// ignoreFiles are where a build may have its ignore file; the first one that is
// there counts.
func ignoreFiles(build types.BuildConfig) []string {
	beside := filepath.Join(build.Context, ".dockerignore")
	if build.DockerfileInline != "" {
		return []string{beside}
	}
	dockerfile := build.Dockerfile
	if dockerfile == "" {
		dockerfile = "Dockerfile"
	}
	if !filepath.IsAbs(dockerfile) {
		dockerfile = filepath.Join(build.Context, dockerfile)
	}
	return []string{dockerfile + ".dockerignore", beside}
}

// IgnoreFiles are the files that the rules of services come from besides those
// of the project.
func IgnoreFiles(services []state.Service) []string {
	var all []string
	for _, s := range services {
		if s.Config.Develop != nil && s.Build != nil {
			all = append(all, ignoreFiles(s.Build.Config)...)
		}
	}
	return all
}

// dockerIgnore are the lines of a build's ignore file.
func dockerIgnore(build types.BuildConfig) ([]string, error) {
	for _, name := range ignoreFiles(build) {
		content, err := os.ReadFile(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		return slices.Collect(strings.Lines(string(content))), err
	}
	return nil, nil
}
