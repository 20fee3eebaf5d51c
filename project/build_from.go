package project

import (
	"cmp"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	imageref "github.com/distribution/reference"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"

	"github.com/stackctl/stack/dag"
	"github.com/stackctl/stack/state"
)

// orderBuilds fills in which builds name each other's images in their
// Dockerfiles (BuildSpec.From). Names that would make a cycle mean images of
// registries: a service may have the name of the image that it is built from.
func orderBuilds(builds []*state.BuildSpec) {
	byImage := map[string]*state.BuildSpec{}
	graph := dag.New[string]()
	for _, spec := range builds {
		byImage[fullName(spec.Image)] = spec
		graph.Add(spec.Service)
	}
	from := map[string][]*state.BuildSpec{}
	for _, spec := range builds {
		for _, name := range imagesOf(spec.Config) {
			if base := byImage[fullName(name)]; base != nil && base.Service != spec.Service {
				from[spec.Service] = append(from[spec.Service], base)
				graph.Edge(spec.Service, base.Service)
			}
		}
		for _, context := range spec.Config.AdditionalContexts {
			if name, is := strings.CutPrefix(context, types.ServicePrefix); is {
				graph.Edge(spec.Service, name)
			}
		}
	}
	for _, spec := range builds {
		for _, base := range from[spec.Service] {
			if !slices.Contains(graph.Closure(base.Service), spec.Service) && !slices.Contains(spec.From, base.Image) {
				spec.From = append(spec.From, base.Image)
			}
		}
	}
}

// buildsOf are all the builds of what is desired.
func buildsOf(d state.Desired) []*state.BuildSpec {
	var all []*state.BuildSpec
	for _, s := range d.Services {
		if s.Build != nil {
			all = append(all, s.Build)
		}
	}
	for i := range d.Builds {
		all = append(all, &d.Builds[i])
	}
	return all
}

// fullName is an image's name with its registry and tag, or what was given
// where that is no name.
func fullName(image string) string {
	named, err := imageref.ParseDockerRef(image)
	if err != nil {
		return image
	}
	return named.String()
}

// imagesOf are the images that a build's Dockerfile names, in FROM and
// COPY --from; it is empty for one that cannot be read here, or not be parsed.
func imagesOf(build types.BuildConfig) []string {
	file, err := openDockerfile(build)
	if err != nil {
		return nil
	}
	defer file.Close()
	parsed, err := parser.Parse(file)
	if err != nil {
		return nil
	}
	d := dockerfile{lex: shell.NewLex(parsed.EscapeToken), given: build.Args, stages: map[string]bool{}}
	for _, instruction := range parsed.AST.Children {
		d.take(instruction)
	}
	return d.images
}

func openDockerfile(build types.BuildConfig) (io.ReadCloser, error) {
	if build.DockerfileInline != "" {
		return io.NopCloser(strings.NewReader(build.DockerfileInline)), nil
	}
	path := cmp.Or(build.Dockerfile, "Dockerfile")
	if !filepath.IsAbs(path) {
		path = filepath.Join(build.Context, path)
	}
	return os.Open(path)
}

// dockerfile collects the images of its instructions.
type dockerfile struct {
	lex    *shell.Lex
	given  types.MappingWithEquals
	args   []string // NAME=VALUE, of those before the first FROM
	stages map[string]bool
	images []string
}

func (d *dockerfile) take(instruction *parser.Node) {
	switch strings.ToLower(instruction.Value) {
	case "arg":
		for word := instruction.Next; word != nil && len(d.stages) == 0 && len(d.images) == 0; word = word.Next {
			name, value, _ := strings.Cut(word.Value, "=")
			if given := d.given[name]; given != nil {
				value = *given
			}
			d.args = append(d.args, name+"="+value)
		}
	case "from":
		if instruction.Next == nil {
			return
		}
		d.add(instruction.Next.Value)
		if as := instruction.Next.Next; as != nil && as.Next != nil {
			d.stages[strings.ToLower(as.Next.Value)] = true
		}
	case "copy":
		for _, flag := range instruction.Flags {
			if from, is := strings.CutPrefix(flag, "--from="); is {
				d.add(from)
			}
		}
	}
}

// add notes an image, unless it is a stage.
func (d *dockerfile) add(word string) {
	image, _, err := d.lex.ProcessWord(word, shell.EnvsFromSlice(d.args))
	if err == nil && !d.stages[strings.ToLower(image)] {
		d.images = append(d.images, image)
	}
}
