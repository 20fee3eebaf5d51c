// Package registry serves image registries for tests: a real one, and what
// stands in front of it to count, to fail or to stay silent.
package registry

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
)

// Host is the address of this machine as the engine sees it: REGISTRY_HOST, or
// the loopback.
func Host() string {
	if host := os.Getenv("REGISTRY_HOST"); host != "" {
		return host
	}
	return "127.0.0.1"
}

// Registry is a registry that runs.
type Registry struct {
	// Address is where it listens: HOST:PORT, which begins the names of its
	// images.
	Address string

	command *exec.Cmd
	log     io.Closer
}

var listening = regexp.MustCompile(`listening on ([0-9.]+:[0-9]+)`)

// Start serves a registry that keeps its images in dir. With a login
// (USER:PASSWORD) it asks for one. Root is the project's folder, which has the
// script that serves it.
func Start(root, dir, login string) (*Registry, error) {
	c := exec.Command(filepath.Join(root, "scripts/registry.sh"), dir)
	if login != "" {
		c.Args = append(c.Args, login)
	}
	c.SysProcAttr = endsWithParent()
	log, err := c.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := c.Start(); err != nil {
		return nil, err
	}
	r := &Registry{command: c, log: log}
	lines := bufio.NewScanner(log)
	var said string
	for lines.Scan() {
		if found := listening.FindStringSubmatch(lines.Text()); found != nil {
			r.Address = found[1]
			go io.Copy(io.Discard, log)
			return r, nil
		}
		said += lines.Text() + "\n"
	}
	return nil, errors.Join(fmt.Errorf("the registry does not listen: %s", said), r.Close())
}

// Close ends it.
func (r *Registry) Close() error {
	if err := r.command.Process.Kill(); err != nil {
		return err
	}
	r.command.Wait() // it was killed, so it fails
	return nil
}
