package memory

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// LabelPrefix begins the labels that say how a container behaves.
const LabelPrefix = "dev.stack.memory."

// Behavior is how a container behaves. The zero value runs for ever, is ready
// at once and ends at once when it is stopped.
type Behavior struct {
	StartDelay   time.Duration  // how long its start takes
	StartError   string         // its start fails with this text
	ReadyAfter   time.Duration  // how long after its start its healthcheck succeeds
	NeverHealthy bool           // its healthcheck never succeeds
	ProbeFails   bool           // its healthcheck succeeds for the engine only, not with exec
	ExitAfter    *time.Duration // how long after its start it ends
	ExitCode     int            // what it ends with: at once where ExitAfter is nil
	StopTakes    time.Duration  // how long it takes to end when it is stopped
	Output       []string       // the lines that it prints when it starts
}

// ends says when after its start a container ends by itself, and whether.
func (b Behavior) ends() (after time.Duration, ends bool) {
	if b.ExitAfter != nil {
		return *b.ExitAfter, true
	}
	return 0, b.ExitCode != 0
}

// withLabels returns the behaviour with what the labels say put over it.
func (b Behavior) withLabels(labels map[string]string) (Behavior, error) {
	for _, f := range b.fields() {
		text, ok := labels[LabelPrefix+f.name]
		if !ok {
			continue
		}
		if err := f.set(&b, text); err != nil {
			return b, fmt.Errorf("label %s%s: %w", LabelPrefix, f.name, err)
		}
	}
	return b, nil
}

type behaviorField struct {
	name string
	set  func(*Behavior, string) error
}

func (Behavior) fields() []behaviorField {
	return []behaviorField{
		{"start-delay", func(b *Behavior, text string) error { return parseDuration(text, &b.StartDelay) }},
		{"start-error", func(b *Behavior, text string) error { b.StartError = text; return nil }},
		{"ready-after", func(b *Behavior, text string) error { return parseDuration(text, &b.ReadyAfter) }},
		{"never-healthy", func(b *Behavior, text string) error { return parseBool(text, &b.NeverHealthy) }},
		{"probe-fails", func(b *Behavior, text string) error { return parseBool(text, &b.ProbeFails) }},
		{"exit-after", func(b *Behavior, text string) error {
			b.ExitAfter = new(time.Duration)
			return parseDuration(text, b.ExitAfter)
		}},
		{"exit-code", func(b *Behavior, text string) (err error) {
			if b.ExitAfter == nil {
				b.ExitAfter = new(time.Duration)
			}
			b.ExitCode, err = strconv.Atoi(text)
			return err
		}},
		{"stop-takes", func(b *Behavior, text string) error { return parseDuration(text, &b.StopTakes) }},
		{"output", func(b *Behavior, text string) error {
			b.Output = strings.Split(strings.TrimSuffix(text, "\n"), "\n")
			return nil
		}},
	}
}

func parseDuration(text string, to *time.Duration) (err error) {
	*to, err = time.ParseDuration(text)
	return err
}

func parseBool(text string, to *bool) (err error) {
	*to, err = strconv.ParseBool(text)
	return err
}
