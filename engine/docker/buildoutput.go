package docker

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

// shownOutput is how much of a failed step's output its error shows.
const shownOutput = 2 << 10

// buildOutput follows a build, of either builder.
type buildOutput struct {
	progress func(state.Progress)
	names    map[string]string // of BuildKit's steps, by digest
	outputs  map[string]*tail  // of the steps, by digest or name
	seen     map[string]bool   // the steps that were reported
	current  string            // the classic builder's step
	failed   string            // the step that failed
}

func newBuildOutput(progress func(state.Progress)) *buildOutput {
	if progress == nil {
		progress = func(state.Progress) {}
	}
	return &buildOutput{progress: progress, names: map[string]string{}, outputs: map[string]*tail{}, seen: map[string]bool{}}
}

// take reads one message of the build's stream.
func (b *buildOutput) take(m message) error {
	switch {
	case m.ID == "moby.buildkit.trace":
		var data []byte
		if err := json.Unmarshal(m.Aux, &data); err != nil {
			return fmt.Errorf("the builder's report: %w", err)
		}
		b.takeTrace(parseTrace(data))
	case m.Stream != "":
		b.takeStream(m.Stream)
	case m.Status != "":
		b.progress(state.Progress{Detail: m.Status, Bytes: m.Progress.Current, Total: m.Progress.Total})
	}
	return nil
}

func (b *buildOutput) takeTrace(t trace) {
	for _, s := range t.steps {
		b.names[s.digest] = s.name
		if s.failed != "" && !strings.Contains(s.failed, "context canceled") {
			b.failed = s.digest
		}
		if (s.started || s.cached) && !b.seen[s.digest] {
			b.seen[s.digest] = true
			b.progress(state.Progress{Detail: s.name + cachedMark(s.cached)})
		}
	}
	for _, l := range t.logs {
		b.write(l.step, l.text)
	}
}

func cachedMark(cached bool) string {
	if cached {
		return " (cached)"
	}
	return ""
}

// takeStream reads the classic builder's text: "Step 1/2 : RUN x", then what
// the step prints.
func (b *buildOutput) takeStream(text string) {
	line := strings.TrimSpace(text)
	if strings.HasPrefix(line, "Step ") {
		b.current, b.failed = line, line
		b.names[line] = line
		b.progress(state.Progress{Detail: line})
		return
	}
	if !strings.HasPrefix(line, "---> ") && !strings.HasPrefix(line, "Removing intermediate container") {
		b.write(b.current, []byte(text))
	}
}

func (b *buildOutput) write(step string, text []byte) {
	output := b.outputs[step]
	if output == nil {
		output = &tail{limit: shownOutput}
		b.outputs[step] = output
	}
	_, _ = output.Write(text) // it takes everything
	for line := range bytes.Lines(text) {
		if shown := strings.TrimRight(string(line), "\r\n"); shown != "" {
			b.progress(state.Progress{Detail: shown})
		}
	}
}

// explain adds the step that failed and what it printed to a build's error.
func (b *buildOutput) explain(err error) error {
	if err == nil || b.failed == "" {
		return err
	}
	failed := &engine.BuildError{Step: b.names[b.failed], Cause: err}
	if kept := b.outputs[b.failed]; kept != nil {
		failed.Output = strings.TrimSpace(kept.String())
	}
	return failed
}
