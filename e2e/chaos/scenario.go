package main

import (
	"embed"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"
)

//go:embed scenarios/*.txtar
var scenarioFiles embed.FS

// scenario is a change of a project, of which every call is cut once. It is
// read from a file whose head has a key and its value on each line:
//
//	about       what is changed
//	base        a command that brings the project to where it is before; several, or none
//	run         the command that is cut, and then run again
//	settled     the command that finds nothing to do afterwards, if it is not run
//	containers  what is there in the end, without the project's name; NAME=exited for one that does not run
//	networks    the same
//	volumes     the same, without anonymous ones
//	data        a file that is written before and read after: CONTAINER:PATH [CONTAINER:PATH|volume:VOLUME]
//	ran         files that what the scenario runs has written by then: CONTAINER:PATH
//
// Its files are those of the project: base/ has those of before, next/ those
// that come on top of them for the change.
type scenario struct {
	name, about                   string
	base                          [][]string
	run, settled                  []string
	containers, networks, volumes []string
	data                          []datum
	ran                           []place
	baseFiles, nextFiles          map[string][]byte
}

// datum is a file that has to outlive the change.
type datum struct{ before, after place }

// place is a path in a container; in a volume, without the path, if the
// container is "volume".
type place struct{ container, path string }

func scenarios() ([]scenario, error) {
	files, err := scenarioFiles.ReadDir("scenarios")
	if err != nil {
		return nil, err
	}
	var all []scenario
	for _, file := range files {
		content, err := scenarioFiles.ReadFile(path.Join("scenarios", file.Name()))
		if err != nil {
			return nil, err
		}
		s, err := parse(strings.TrimSuffix(file.Name(), ".txtar"), content)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file.Name(), err)
		}
		all = append(all, s)
	}
	return all, nil
}

func parse(name string, content []byte) (scenario, error) {
	archive := txtar.Parse(content)
	s := scenario{name: name, baseFiles: map[string][]byte{}, nextFiles: map[string][]byte{}}
	for line := range strings.Lines(string(archive.Comment)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		if err := s.set(key, strings.TrimSpace(value)); err != nil {
			return s, err
		}
	}
	for _, file := range archive.Files {
		folder, name, _ := strings.Cut(file.Name, "/")
		switch folder {
		case "base":
			s.baseFiles[name] = file.Data
		case "next":
			s.nextFiles[name] = file.Data
		default:
			return s, fmt.Errorf("%s: expected base/FILE or next/FILE", file.Name)
		}
	}
	if s.settled == nil {
		s.settled = s.run
	}
	return s, nil
}

func (s *scenario) set(key, value string) error {
	words := strings.Fields(value)
	switch key {
	case "":
	case "about":
		s.about = value
	case "base":
		s.base = append(s.base, words)
	case "run":
		s.run = words
	case "settled":
		s.settled = words
	case "containers":
		s.containers = slices.Sorted(slices.Values(words))
	case "networks":
		s.networks = slices.Sorted(slices.Values(words))
	case "volumes":
		s.volumes = slices.Sorted(slices.Values(words))
	case "data":
		s.data = append(s.data, datum{placeOf(words[0]), placeOf(words[len(words)-1])})
	case "ran":
		for _, word := range words {
			s.ran = append(s.ran, placeOf(word))
		}
	default:
		return fmt.Errorf("unknown key %q", key)
	}
	return nil
}

func placeOf(text string) place {
	container, path, _ := strings.Cut(text, ":")
	return place{container, path}
}
