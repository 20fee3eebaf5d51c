package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// bound is how long a command may take, whatever happens to its calls.
const bound = 45 * time.Second

// project is a folder with a compose file, under a name of its own.
type project struct {
	binary string
	name   string
	dir    string
	env    []string
	ran    strings.Builder // a transcript
}

// outcome is how a command ended.
type outcome struct {
	code           int
	stdout, stderr string
	took           time.Duration
}

func (p *project) write(files map[string][]byte) error {
	for name, content := range files {
		path := filepath.Join(p.dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// command is stack on the project, through the engine at host.
func (p *project) command(ctx context.Context, host string, args ...string) (*exec.Cmd, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(ctx, bound)
	c := exec.CommandContext(ctx, p.binary, append([]string{"-p", p.name}, args...)...)
	c.Dir = p.dir
	c.Env = append(p.env[:len(p.env):len(p.env)], "DOCKER_HOST="+host)
	return c, cancel
}

// finish runs a command to its end, or its bound.
func (p *project) finish(c *exec.Cmd) (outcome, error) {
	var stdout, stderr bytes.Buffer
	c.Stdout, c.Stderr = &stdout, &stderr
	began := time.Now()
	err := c.Run()
	if c.ProcessState == nil {
		return outcome{}, err
	}
	o := outcome{c.ProcessState.ExitCode(), stdout.String(), stderr.String(), time.Since(began)}
	fmt.Fprintf(&p.ran, "$ %s\n%s%sexit %d after %s\n\n", strings.Join(c.Args, " "), o.stdout, o.stderr, o.code, o.took.Round(time.Millisecond))
	if o.took >= bound {
		return o, fmt.Errorf("stack %s did not end within %s", strings.Join(c.Args[3:], " "), bound)
	}
	return o, nil
}

// ok runs stack, which has to exit with 0.
func (p *project) ok(ctx context.Context, host string, args ...string) error {
	c, cancel := p.command(ctx, host, args...)
	defer cancel()
	o, err := p.finish(c)
	if err == nil && o.code != 0 {
		err = errors.New(lastLines(o.stderr))
	}
	if err != nil {
		return fmt.Errorf("stack %s: exit %d: %w", strings.Join(args, " "), o.code, err)
	}
	return nil
}

// lastLines are what is said last: what went wrong.
func lastLines(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, "Error:") || strings.HasSuffix(line, "errors:") {
			return strings.Join(lines[i:], " ")
		}
	}
	return lines[len(lines)-1]
}
