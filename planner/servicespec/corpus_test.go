package servicespec_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/stackctl/stack/planner/servicespec"
	"github.com/stackctl/stack/project"
	"github.com/stackctl/stack/state"
)

// TestCorpus gives files that people have written to a Swarm. What it does not do
// as it is written is named; everything else is in the specifications.
func TestCorpus(t *testing.T) {
	var out strings.Builder
	for _, pattern := range []string{"../../project/testdata/corpus/*.y*ml", "../../examples/*/compose.yaml"} {
		files, err := filepath.Glob(pattern)
		assert.NilError(t, err)
		assert.Assert(t, len(files) > 0, pattern)
		for _, file := range files {
			describe(t, &out, file)
		}
	}
	golden.Assert(t, out.String(), "corpus.golden")
}

func describe(t *testing.T, out *strings.Builder, file string) {
	t.Helper()
	path, err := filepath.Abs(file)
	assert.NilError(t, err)
	p, err := project.Load(t.Context(), project.Options{Dir: filepath.Dir(path), Files: []string{path}, Profiles: []string{"*"}})
	assert.NilError(t, err, file)
	desired, err := p.Desired(project.DesiredOptions{Swarm: true, AllowMissingFiles: true})
	assert.NilError(t, err, file)
	_, _ = fmt.Fprintf(out, "%s\n", strings.TrimPrefix(filepath.ToSlash(file), "../../"))
	var needs []string
	for _, n := range desired.Needs {
		needs = append(needs, fmt.Sprintf("  %s: %s: %s\n", fate(n), strings.TrimPrefix(n.Service+"."+n.Field, "."), n.Note))
	}
	slices.Sort(needs)
	out.WriteString(strings.Join(needs, ""))
	for _, service := range desired.Services {
		spec, err := servicespec.Of(desired, service, servicespec.Options{})
		if err != nil {
			_, _ = fmt.Fprintf(out, "  %s: %v\n", service.Name, err)
			continue
		}
		assert.Equal(t, len(servicespec.Differences(servicespec.Normal(spec.Spec), spec.Spec)), 0)
		_, _ = fmt.Fprintf(out, "  %s\n", summary(spec))
	}
}

func fate(n state.Need) string {
	switch {
	case n.Mapped:
		return "mapped"
	case n.Required:
		return "refused"
	}
	return "left out"
}

// summary is what a service is in a line.
func summary(s state.ServiceSpec) string {
	spec := servicespec.Normal(s.Spec)
	words := []string{s.Spec.Name + ": " + spec.TaskTemplate.ContainerSpec.Image}
	if spec.Mode.ReplicatedJob != nil {
		words = append(words, "job")
	}
	for _, n := range spec.TaskTemplate.Networks {
		words = append(words, "network "+n.Target)
	}
	for _, m := range spec.TaskTemplate.ContainerSpec.Mounts {
		words = append(words, string(m.Type)+" "+m.Target)
	}
	for _, c := range spec.TaskTemplate.ContainerSpec.Configs {
		words = append(words, "config "+c.File.Name)
	}
	for _, c := range spec.TaskTemplate.ContainerSpec.Secrets {
		words = append(words, "secret "+c.File.Name)
	}
	for _, p := range spec.EndpointSpec.Ports {
		words = append(words, fmt.Sprintf("port %d:%d/%s", p.PublishedPort, p.TargetPort, p.Protocol))
	}
	return strings.Join(append(words, "restart "+string(spec.TaskTemplate.RestartPolicy.Condition)), ", ")
}
