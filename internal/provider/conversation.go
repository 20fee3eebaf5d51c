package provider

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackctl/stack/state"
)

// conversation is one run of a provider's program: it says, a JSON object at a
// time, how far it is and what it gives.
type conversation struct {
	what     string // the program and its command, without options: they may be secret
	service  types.ServiceConfig
	progress func(state.Progress)
	provided state.Provided

	stdin   io.WriteCloser
	writing sync.Mutex
	answers sync.WaitGroup
}

type message struct {
	Type    string `json:"type"`
	Message string `json:"message"`
}

// hold runs the program to its end. What it says is an error ends it at once.
// What it leaves behind may hold its output open, and is not waited for.
func (c *conversation) hold(ctx context.Context, cmd *exec.Cmd) (err error) {
	if c.stdin, err = cmd.StdinPipe(); err != nil {
		return err
	}
	printed, output := io.Pipe()
	stderr := &tail{}
	cmd.Stdout, cmd.Stderr = output, stderr
	if err := cmd.Start(); err != nil {
		return err
	}
	listened := make(chan error)
	go func() {
		said := c.listen(printed)
		if said != nil {
			_ = cmd.Process.Kill()
		}
		_ = printed.Close() // it returns no error
		listened <- said
	}()
	err = cmd.Wait() // it closes the input too
	_ = output.Close()
	said := <-listened
	c.answers.Wait()
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case said != nil:
		return said
	case err != nil && !errors.Is(err, exec.ErrWaitDelay):
		return fmt.Errorf("%s: %w%s", c.what, err, stderr)
	}
	return nil
}

// listen takes messages until the program closes its output.
func (c *conversation) listen(stdout io.Reader) error {
	c.provided = state.Provided{Prefixed: map[string]string{}, Raw: map[string]string{}}
	decoder := json.NewDecoder(stdout)
	for {
		var m message
		err := decoder.Decode(&m)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("it printed what is not a JSON message: %w", err)
		}
		if err := c.take(m); err != nil {
			return err
		}
	}
}

func (c *conversation) take(m message) error {
	switch m.Type {
	case "error":
		return errors.New(strings.TrimSpace(m.Message))
	case "info":
		text, _, _ := strings.Cut(strings.TrimSpace(m.Message), "\n")
		if c.progress != nil {
			c.progress(state.Progress{Detail: text})
		}
	case "debug":
	case "setenv":
		return set(c.provided.Prefixed, m)
	case "rawsetenv":
		return set(c.provided.Raw, m)
	case "get-service-config":
		return c.answer()
	default:
		return fmt.Errorf("it printed a message of an unknown type: %q", m.Type)
	}
	return nil
}

// set takes KEY=VALUE. The text is not repeated in an error: it may be secret.
func set(variables map[string]string, m message) error {
	key, value, ok := strings.Cut(m.Message, "=")
	if !ok || key == "" {
		return fmt.Errorf("it printed a message %s that is not KEY=VALUE", m.Type)
	}
	variables[key] = value
	return nil
}

// answer sends the service's configuration. The program may not read before it
// has said more, so nobody waits for it.
func (c *conversation) answer() error {
	text, err := json.Marshal(c.service)
	if err != nil {
		return fmt.Errorf("its configuration: %w", err)
	}
	c.answers.Go(func() {
		c.writing.Lock()
		defer c.writing.Unlock()
		_, _ = c.stdin.Write(append(text, '\n')) // one that does not read does without
	})
	return nil
}

// tail keeps the last lines that a program wrote to its standard error.
type tail struct{ text []byte }

const tailSize = 2048

// Write keeps the end of it all.
func (t *tail) Write(b []byte) (int, error) {
	t.text = append(t.text, b...)
	t.text = t.text[max(0, len(t.text)-tailSize):]
	return len(b), nil
}

// String returns it as the rest of an error's text.
func (t *tail) String() string {
	if text := strings.TrimSpace(string(t.text)); text != "" {
		return ": " + text
	}
	return ""
}
