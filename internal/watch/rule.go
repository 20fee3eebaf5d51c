package watch

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackctl/stack/state"
)

// ErrNoRules is a project, or a selection of it, that says nothing of watching.
var ErrNoRules = errors.New("none of the selected services is configured for watch, consider setting a 'develop' section")

// Rule is an entry of a service's develop.watch.
type Rule struct {
	types.Trigger
	Service string
	// context is the folder that the service is built from; empty is none.
	context string
	ignored []patterns
	// ours is true where the file or its .dockerignore ignores something, and
	// not only what is ignored everywhere.
	ours     bool
	included *patterns // nil is all
}

// Rules are those of the services, in the order of the services and of the
// file. The warnings are of rules that are left out.
func Rules(services []state.Service) (rules []Rule, warnings []string, err error) {
	for _, s := range services {
		if s.Config.Develop == nil {
			continue
		}
		for _, trigger := range s.Config.Develop.Watch {
			if err := check(s, trigger); err != nil {
				return nil, nil, err
			}
			if copies(trigger.Action) && mounted(trigger.Path, s.Config.Volumes) {
				warnings = append(warnings, fmt.Sprintf("service %s: path '%s' also declared by a bind mount volume, this path won't be monitored!", s.Name, trigger.Path))
				continue
			}
			rule, err := newRule(s, trigger)
			if err != nil {
				return nil, nil, fmt.Errorf("watch %s of service %s: %w", trigger.Path, s.Name, err)
			}
			rules = append(rules, rule)
		}
	}
	return rules, warnings, nil
}

// check finds what a rule lacks.
func check(s state.Service, t types.Trigger) error {
	switch {
	case t.Action == types.WatchActionRebuild && s.Build == nil:
		return fmt.Errorf("can't watch service %q with action %s without a build context: give it a build section, or another action", s.Name, t.Action)
	case t.Action == types.WatchActionSyncExec && len(t.Exec.Command) == 0:
		return fmt.Errorf("can't watch with action %q on service %s without a command: give it exec.command", t.Action, s.Name)
	}
	return nil
}

func newRule(s state.Service, t types.Trigger) (Rule, error) {
	t.Path = filepath.Clean(t.Path)
	if resolved, err := filepath.EvalSymlinks(t.Path); err == nil {
		t.Path = resolved
	}
	r := Rule{Trigger: t, Service: s.Name}
	if err := r.ignore(t.Path, everywhere); err != nil {
		return Rule{}, err
	}
	if err := r.ignore(t.Path, t.Ignore); err != nil {
		return Rule{}, err
	}
	if s.Build != nil {
		if local, err := filepath.EvalSymlinks(s.Build.Config.Context); err == nil {
			r.context = local
		}
	}
	if r.context != "" {
		lines, err := dockerIgnore(s.Build.Config)
		if err != nil {
			return Rule{}, err
		}
		if err := r.ignore(r.context, lines); err != nil {
			return Rule{}, err
		}
	}
	r.ours = len(r.ignored) > 1
	if len(t.Include) > 0 {
		included, err := newPatterns(t.Path, t.Include)
		r.included = &included
		return r, err
	}
	return r, nil
}

// ignore adds patterns for what is below a folder.
func (r *Rule) ignore(root string, lines []string) error {
	p, err := newPatterns(root, lines)
	if err == nil && len(p.matcher.Patterns()) > 0 {
		r.ignored = append(r.ignored, p)
	}
	return err
}

// copies is true for an action that brings files into containers.
func copies(action types.WatchAction) bool {
	return slices.Contains([]types.WatchAction{types.WatchActionSync, types.WatchActionSyncRestart, types.WatchActionSyncExec}, action)
}

// mounted is true for a path that a container has as it is here.
func mounted(name string, volumes []types.ServiceVolumeConfig) bool {
	return slices.ContainsFunc(volumes, func(v types.ServiceVolumeConfig) bool {
		return v.Type == types.VolumeTypeBind && below(v.Source, name)
	})
}

// below is true for a path that is the folder, or is in it.
func below(folder, name string) bool {
	inside, err := filepath.Rel(folder, name)
	return err == nil && filepath.IsLocal(inside)
}

// matches is true for a path that the rule is about.
func (r Rule) matches(name string) bool {
	if !below(r.Path, name) {
		return false
	}
	if r.included != nil && name != r.Path && !r.included.match(name) {
		return false
	}
	return !slices.ContainsFunc(r.ignored, func(p patterns) bool { return p.match(name) })
}

// passesOver is true for a folder in which nothing can match.
func (r Rule) passesOver(folder string) bool {
	if below(folder, r.Path) && folder != r.Path {
		return false // it leads to the path
	}
	return !below(r.Path, folder) || slices.ContainsFunc(r.ignored, func(p patterns) bool { return p.swallow(folder) })
}

// target is where a path that matches is in a container.
func (r Rule) target(name string) string {
	inside, err := filepath.Rel(r.Path, name)
	if err != nil {
		return r.Target
	}
	if inside == "." && strings.HasSuffix(r.Target, "/") {
		if found, err := os.Stat(name); err == nil && !found.IsDir() {
			inside = filepath.Base(name)
		}
	}
	return path.Join(r.Target, filepath.ToSlash(inside))
}
