package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// patience is the longest that one command may take.
const patience = 5 * time.Minute

// contender does what is measured.
type contender interface {
	title() string
	// do returns a zero sample for a step that it has no part in.
	do(context.Context, step, project) (sample, error)
}

// sample is one measurement.
type sample struct {
	elapsed time.Duration
	peak    int64 // memory in bytes, 0 when it is not a process of its own
}

func (s sample) measured() bool { return s.elapsed > 0 }

// command is a binary with Docker Compose's command line.
type command struct {
	name, binary string
}

func (c command) title() string { return c.name }

func (c command) do(ctx context.Context, what step, p project) (sample, error) {
	args := []string{"version"}
	if what != version {
		verb, _, _ := strings.Cut(string(what), ",")
		args = append([]string{"-p", p.name, "-f", p.file}, strings.Fields(verb)...)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var printed bytes.Buffer
	process := exec.CommandContext(ctx, c.binary, args...)
	process.Stderr = &printed
	begin := time.Now()
	err := process.Run()
	elapsed := time.Since(begin)
	if err != nil {
		return sample{}, fmt.Errorf("%s: %w\n%s", strings.Join(args, " "), err, printed.String())
	}
	usage, ok := process.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return sample{}, errors.New("this system does not say how much memory a process used")
	}
	return sample{elapsed: elapsed, peak: usage.Maxrss << 10}, nil
}
