// Command bench measures stack beside a peer, which is a docker-compose binary,
// and the floor, which is the same engine calls made directly and concurrently.
// They take turns in one run; one table of medians is printed at the end.
//
// It needs the image of e2e/dummy: scripts/bench.sh makes it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/client"
)

type options struct {
	stack, peer string
	rounds      int
	only        string
	parallel    int
}

func main() {
	var o options
	flag.StringVar(&o.stack, "stack", "bin/stack", "the binary to measure")
	flag.StringVar(&o.peer, "peer", "", "a docker-compose binary to compare with")
	flag.IntVar(&o.rounds, "rounds", 5, "how often each is measured, 1 to 50")
	flag.StringVar(&o.only, "only", "", "a regular expression that selects scenarios")
	flag.IntVar(&o.parallel, "floor-parallel", 16, "how many of the bare engine calls run at once")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	only, err := regexp.Compile(o.only)
	if err != nil {
		return fmt.Errorf("-only: %w", err)
	}
	docker, err := client.NewClientWithOpts(client.FromEnv, client.WithAPIVersionNegotiation())
	if err != nil {
		return err
	}
	defer docker.Close()
	server, err := docker.ServerVersion(ctx)
	if err != nil {
		return err
	}
	contenders, err := enter(o, docker)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "stack-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)

	results := newResults()
	rounds := min(max(o.rounds, 1), 50)
	for round := range rounds {
		for _, scenario := range scenarios() {
			if !only.MatchString(scenario.name) {
				continue
			}
			fmt.Fprintf(os.Stderr, "round %d of %d: %s\n", round+1, rounds, scenario.name)
			if err := measure(ctx, docker, dir, scenario, contenders, round, results); err != nil {
				return err
			}
		}
	}
	fmt.Printf("Docker Engine %s, %d CPUs, medians of %d rounds\n\n", server.Version, runtime.NumCPU(), rounds)
	return errors.Join(results.print(os.Stdout, contenders), errors.Join(results.failures...))
}

// enter is who takes part, each under the name of its column.
func enter(o options, docker *client.Client) ([]contender, error) {
	stack, err := filepath.Abs(o.stack)
	if err != nil {
		return nil, err
	}
	contenders := []contender{command{"stack", stack}}
	if o.peer != "" {
		contenders = append(contenders, command{"peer", o.peer})
	}
	for _, each := range contenders {
		binary := each.(command).binary
		if _, err := os.Stat(binary); err != nil {
			return nil, err
		}
	}
	return append(contenders, newFloor(docker, max(o.parallel, 1))), nil
}

// prepare waits for what a step needs to be measured.
func prepare(ctx context.Context, docker *client.Client, what step, p project) error {
	if what != logs {
		return nil
	}
	for _, s := range p.services { // all is to be printed
		ended, failed := docker.ContainerWait(ctx, p.container(s), container.WaitConditionNotRunning)
		select {
		case <-ended:
		case err := <-failed:
			return err
		}
	}
	return nil
}

// measure runs one scenario once with everybody; who begins changes by round.
func measure(ctx context.Context, docker *client.Client, dir string, s scenario, contenders []contender, round int, into *results) error {
	for i := range contenders {
		who := contenders[(i+round)%len(contenders)]
		project := project{
			name:     fmt.Sprintf("bench%d-%d-%s", os.Getpid(), round, who.title()),
			file:     filepath.Join(dir, s.name+".yaml"),
			services: s.services,
		}
		if err := os.WriteFile(project.file, project.compose(), 0o600); err != nil {
			return err
		}
		for _, step := range s.steps {
			err := prepare(ctx, docker, step, project)
			var sample sample
			if err == nil {
				sample, err = who.do(ctx, step, project)
			}
			if err != nil {
				into.failed(fmt.Errorf("round %d, %s, %s of %s: %w", round+1, who.title(), step, s.name, err))
				_ = sweep(docker, project.name) // what it cannot remove, the failure is about
				break
			}
			if sample.measured() {
				into.add(s.name, step, who.title(), sample)
			}
		}
	}
	return nil
}
