package provider

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/stackctl/stack/state"
)

var errNoModelPlugin = errors.New("'models' support requires Docker Model plugin: install it " +
	"(https://docs.docker.com/ai/model-runner/), so that `docker model status` answers, or take `models` out of the file")

// ConfigureModel pulls a model that is not here, configures it, and keeps where
// it answers.
func (p *Providers) ConfigureModel(ctx context.Context, model state.Model, progress func(state.Progress)) error {
	plugin, ok, err := p.plugin("model")
	if err != nil {
		return err
	}
	if !ok {
		return errNoModelPlugin
	}
	m := modelRunner{p, plugin}
	if !m.has(ctx, model.Config.Model) {
		if err := m.pull(ctx, model.Config.Model, progress); err != nil {
			return err
		}
	}
	if err := m.configure(ctx, model); err != nil {
		return err
	}
	endpoint, err := m.endpoint(ctx)
	if err != nil {
		return err
	}
	p.keep(state.ModelRef(model.Key), state.Provided{Prefixed: map[string]string{
		state.ModelVariable: model.Config.Model, state.EndpointVariable: endpoint,
	}})
	return nil
}

// modelRunner is the Docker Model plugin.
type modelRunner struct {
	*Providers
	plugin string
}

// has is true for a model that is here. Where that cannot be told, a pull will
// find out.
func (m modelRunner) has(ctx context.Context, model string) bool {
	out, err := m.output(ctx, "ls", "--json")
	var listed []struct {
		Tags []string `json:"tags"`
	}
	if err != nil || json.Unmarshal(out, &listed) != nil {
		return false
	}
	for _, entry := range listed {
		if slices.Contains(entry.Tags, model) || slices.Contains(entry.Tags, model+":latest") {
			return true
		}
	}
	return false
}

func (m modelRunner) pull(ctx context.Context, model string, progress func(state.Progress)) error {
	cmd := m.command(ctx, m.plugin, "pull", model)
	stderr := &tail{}
	cmd.Stderr = stderr
	if progress != nil {
		cmd.Stdout = &lines{each: func(text string) { progress(state.Progress{Detail: text}) }}
	}
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("pull model %s: %w%s", model, err, stderr)
	}
	return nil
}

func (m modelRunner) configure(ctx context.Context, model state.Model) error {
	args := []string{"configure"}
	if n := model.Config.ContextSize; n > 0 {
		args = append(args, "--context-size", strconv.Itoa(n))
	}
	args = append(args, model.Config.Model)
	if flags := model.Config.RuntimeFlags; len(flags) > 0 {
		if !m.takesFlags(ctx) {
			return fmt.Errorf("model %s: runtime_flags need version 1.0.6 of the Docker Model plugin, or a newer one: update it", model.Key)
		}
		args = append(append(args, "--"), flags...)
	}
	_, err := m.output(ctx, args...)
	return err
}

func (m modelRunner) endpoint(ctx context.Context) (string, error) {
	out, err := m.output(ctx, "status", "--json")
	if err != nil {
		return "", err
	}
	var status struct {
		Endpoint string `json:"endpoint"`
	}
	if err := json.Unmarshal(out, &status); err != nil {
		return "", fmt.Errorf("docker model status: %w", err)
	}
	return status.Endpoint, nil
}

// takesFlags is true for a plugin of version 1.0.6 or newer.
func (m modelRunner) takesFlags(ctx context.Context) bool {
	out, err := m.output(ctx, "docker-cli-plugin-metadata")
	var about struct{ Version string }
	if err != nil || json.Unmarshal(out, &about) != nil {
		return false
	}
	var version []int
	for part := range strings.SplitSeq(strings.TrimPrefix(about.Version, "v"), ".") {
		digits, _, _ := strings.Cut(part, "-")
		n, err := strconv.Atoi(digits)
		if err != nil {
			break
		}
		version = append(version, n)
	}
	return slices.Compare(version, []int{1, 0, 6}) >= 0
}

func (m modelRunner) output(ctx context.Context, args ...string) ([]byte, error) {
	cmd := m.command(ctx, m.plugin, args...)
	stderr := &tail{}
	cmd.Stderr = stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("docker model %s: %w%s", args[0], err, stderr)
	}
	return out, nil
}
