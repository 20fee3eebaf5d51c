package publish

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackctl/stack/project"
)

// Review is what the owner of a project should think about before it is
// published.
type Review struct {
	// Refusal is why it cannot be published at all.
	Refusal error
	// Binds are the folders of this machine that its containers see.
	Binds []string
	// Secrets are what looks like one, in what would be published.
	Secrets []string
	// Environment are the variables and contents that would be published.
	Environment []string
}

// Examine reviews a project, all of whose profiles are active.
func Examine(p *project.Project, sources []project.SourceFile) (Review, error) {
	r := Review{Refusal: refusal(p, sources), Binds: binds(p), Environment: environment(sources)}
	var err error
	r.Secrets, err = secrets(sources)
	return r, err
}

func refusal(p *project.Project, sources []project.SourceFile) error {
	for _, source := range sources {
		for _, r := range source.References {
			if r.Kind == project.Include && !r.Elsewhere {
				return fmt.Errorf("cannot publish compose file with local includes: %s includes %s: publish that first and include it as oci://…, or merge the two with -f", source.Name, r.File)
			}
		}
	}
	var built []string
	for _, name := range slices.Sorted(maps.Keys(p.Model.Services)) {
		if s := p.Model.Services[name]; s.Image == "" && s.Build != nil {
			built = append(built, fmt.Sprintf("%q", name))
		}
	}
	if len(built) > 0 {
		return fmt.Errorf("your Compose stack cannot be published as it only contains a build section for service(s): %s: add an image that the build is pushed as", strings.Join(built, ", "))
	}
	return nil
}

func binds(p *project.Project) []string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(p.Model.Services)) {
		for _, v := range p.Model.Services[name].Volumes {
			if v.Type == types.VolumeTypeBind {
				all = append(all, fmt.Sprintf("service %s: %s:%s", name, v.Source, v.Target))
			}
		}
	}
	return all
}

// environment are the literal values that files carry. What a variable stands
// for stays here, and only its name is published.
func environment(sources []project.SourceFile) []string {
	found := map[string]bool{}
	variables := map[string][]string{}
	for _, source := range sources {
		for _, r := range source.References {
			if r.Kind == project.EnvFile {
				found[fmt.Sprintf("%s: env_file declared", owner(r.Path))] = true
			}
		}
		for _, v := range source.Values {
			if name, value, is := variable(v); is && !interpolated(value) {
				variables[owner(v.Path)] = append(variables[owner(v.Path)], fmt.Sprintf("%q", name))
			}
			if len(v.Path) == 3 && v.Path[0] == "configs" && v.Path[2] == "content" && !interpolated(v.Text) {
				found[fmt.Sprintf("config %q: literal inline content", v.Path[1])] = true
			}
		}
	}
	for who, names := range variables {
		slices.Sort(names)
		names = slices.Compact(names)
		found[fmt.Sprintf("%s: literal value for %s", who, strings.Join(names, ", "))] = true
	}
	return slices.Sorted(maps.Keys(found))
}

// owner names what a path is a part of: service "web".
func owner(path []string) string {
	if len(path) < 2 || path[0] == "include" {
		return path[0]
	}
	return fmt.Sprintf("%s %q", strings.TrimSuffix(path[0], "s"), path[1])
}

// variable is a container's variable with a value: environment: {K: V}, or
// environment: [K=V], of a service, a job or a hook.
func variable(v project.Value) (name, value string, is bool) {
	n := len(v.Path)
	if n < 4 || v.Path[n-2] != "environment" || v.Path[0] != "services" && v.Path[0] != "jobs" {
		return "", "", false
	}
	last := v.Path[n-1]
	if listItem.MatchString(last) {
		return strings.Cut(v.Text, "=")
	}
	return last, v.Text, true
}

var (
	listItem = regexp.MustCompile(`^\d+$`)
	// use is a variable's place in a text.
	use = regexp.MustCompile(`\$([A-Za-z_]\w*|\{[^}]+\})`)
)

// interpolated is true for a text that a variable is a part of.
func interpolated(text string) bool { return use.MatchString(strings.ReplaceAll(text, "$$", "")) }
