package project

import (
	"regexp"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// diagnose turns a failure of compose-go's loader, which stops at the first
// thing that is wrong, into everything that is wrong with its place.
func (w *workspace) diagnose(cause error, files []types.ConfigFile) error {
	s := w.sources(files)
	errs := s.broken
	for _, doc := range s.docs {
		errs = append(errs, s.inspect(doc)...)
	}
	if len(errs) == 0 && len(s.docs) == 0 {
		errs = Errors{{File: w.show(files[0].Filename), Message: "expected a mapping with keys such as services, found an " + cause.Error(),
			Hint: "start the file with services:", cause: cause}}
	}
	if len(errs) == 0 {
		errs = s.explain(cause)
	}
	return errs.orNil()
}

var (
	// validating is what the loader puts before a schema error.
	validating = regexp.MustCompile(`^(validating|failed to parse) [^:]*: `)
	// inModel is a path in the model at the start of a message, in one of the
	// forms that compose-go uses: services.web.volumes[0], 'services[web].init'.
	inModel = regexp.MustCompile(`^(?:error while interpolating )?'?((?:services|jobs|networks|volumes|configs|secrets|models|include)(?:\.[\w-]+|\.?\[[\w.-]*\])*)'?:?\s+`)
	// extending is a service that extends one that is not there.
	extending = regexp.MustCompile(`^cannot extend service "([^"]+)" in .*: service "([^"]+)" not found`)
	// circle is one step of services that extend each other.
	circle = regexp.MustCompile(`(?m)^\s+(?:extends )?(\S+) in (.+)$`)
)

// explain finds the place that a message of compose-go is about.
func (s *sources) explain(cause error) Errors {
	text := cause.Error()
	if strings.HasPrefix(text, "Circular reference:") {
		return Errors{s.extendsCircle(cause)}
	}
	var errs Errors
	for line := range strings.SplitSeq(text, "\n") {
		line = validating.ReplaceAllString(strings.TrimSpace(line), "")
		if line == "" || strings.HasPrefix(line, "decoding failed due to") {
			continue
		}
		e := s.explainLine(line)
		e.cause = cause
		errs = append(errs, e)
	}
	return errs
}

func (s *sources) explainLine(line string) *Error {
	if m := extending.FindStringSubmatch(line); m != nil {
		return s.errorAt(modelPath{"services", m[1], "extends"}, line, didYouMean(m[2], s.serviceNames(), "define it, or correct the name"))
	}
	path, message := splitPath(line)
	return s.errorAt(path, message, "")
}

// extendsCircle reports services that extend each other.
func (s *sources) extendsCircle(cause error) *Error {
	var names []string
	for _, m := range circle.FindAllStringSubmatch(cause.Error(), -1) {
		names = append(names, m[1])
	}
	path := modelPath{"services"}
	if len(names) > 1 {
		names = rotated(names[:len(names)-1])
		path = modelPath{"services", names[0], "extends"}
	}
	e := s.errorAt(path, "expected services to extend others without a circle, found "+strings.Join(names, " -> "),
		"remove one of these extends")
	e.cause = cause
	return e
}

// rotated is a circle of names that starts, and ends, with the smallest: the
// loader starts anywhere.
func rotated(names []string) []string {
	i := slices.Index(names, slices.Min(names))
	return slices.Concat(names[i:], names[:i+1])
}

// serviceNames are the names of the services in all documents.
func (s *sources) serviceNames() []string {
	var names []string
	for _, doc := range s.docs {
		for _, e := range entries(follow(doc.root, "services")) {
			names = append(names, e.key.Value)
		}
	}
	return names
}

// splitPath takes the path off the start of a message.
func splitPath(line string) (modelPath, string) {
	m := inModel.FindStringSubmatch(line)
	if m == nil {
		return nil, line
	}
	path := modelPath(strings.FieldsFunc(m[1], func(r rune) bool { return strings.ContainsRune(".[]", r) }))
	return path, line[len(m[0]):]
}
