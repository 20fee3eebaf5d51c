package cli

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/stackctl/stack/internal/publish"
	"github.com/stackctl/stack/project"
)

// confirmRemote asks before a project that is elsewhere is given variables of
// this machine: whoever wrote it says what becomes of them. One that uses its
// own defaults only is not asked about.
func (a *app) confirmRemote(ctx context.Context, p *project.Project, yes bool) error {
	remotes := p.Remotes()
	if yes || len(remotes) == 0 {
		return nil
	}
	options := a.loadOptions()
	options.Files = slices.Sorted(maps.Values(remotes)) // one's own may take what they like
	options.ProjectDirectory, options.Name = p.WorkingDir, p.Name
	variables, err := project.Variables(ctx, options)
	if err != nil {
		return err
	}
	names, err := wanted(p, remotes, variables)
	if err != nil {
		return err
	}
	var taken []string
	for _, name := range names {
		if value, is := p.Given(name); is {
			taken = append(taken, publish.Shown(name, value))
		}
	}
	q := &questions{app: a, nothing: "nothing was changed"}
	about := strings.Join(slices.Sorted(maps.Keys(remotes)), ", ") + " takes variables from here:"
	return q.ask(ctx, question{about: about, asked: "go on all the same?", flag: "--yes"}, taken)
}

// registerYes is for commands that Docker Compose's ask nothing.
func registerYes(f *pflag.FlagSet, yes *bool) {
	f.BoolVar(yes, "yes", false, "Answer yes to every question")
}

// wanted are the variables that a project's fetched files use: in their texts,
// for containers as they are, and as the contents of configs and secrets.
func wanted(p *project.Project, remotes map[string]string, variables map[string]project.Variable) ([]string, error) {
	names := slices.Collect(maps.Keys(variables))
	sources, err := p.SourceFiles()
	if err != nil {
		return nil, err
	}
	fetched := slices.Collect(maps.Values(remotes))
	for _, source := range sources {
		if source.Base || slices.Contains(fetched, source.Path) {
			names = append(names, source.Passed...)
		}
	}
	for _, c := range p.Model.Configs {
		names = append(names, c.Environment)
	}
	for _, s := range p.Model.Secrets {
		names = append(names, s.Environment)
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}
