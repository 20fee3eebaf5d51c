// Command chaos harms one engine call of a run of stack after the other: the
// run is killed as it gets the call's answer, or the call meets an error, a
// hang, a broken connection, a lost answer. After each, a plain run has to
// bring the project to where it would have been, with all its data. It prints
// a table, and fails if there was a failure.
//
// It needs the image of e2e/dummy: scripts/chaos.sh makes it.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/docker/docker/client"
)

type options struct {
	stack    string
	scenario string
	cut      int
	harms    string
	rotate   bool
	parallel int
}

func main() {
	var o options
	flag.StringVar(&o.stack, "stack", "bin/stack", "the binary that is tried")
	flag.StringVar(&o.scenario, "scenario", "", "scenarios, with commas between them (default: all)")
	flag.IntVar(&o.cut, "cut", 0, "the only call to harm, from 1")
	flag.StringVar(&o.harms, "harm", "kill", "what is done to calls: kill, 500, hang, break, lose, with commas between them")
	flag.BoolVar(&o.rotate, "rotate", false, "one of the harms for each call, not each")
	flag.IntVar(&o.parallel, "parallel", 4, "how many trials are made at once")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "chaos:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	chosen, err := choose(o.scenario)
	if err != nil {
		return err
	}
	var harms []harm
	for word := range strings.SplitSeq(o.harms, ",") {
		if _, known := fates[harm(word)]; !known {
			return fmt.Errorf("-harm: %q is none of kill, 500, hang, break, lose", word)
		}
		harms = append(harms, harm(word))
	}
	b, end, err := open(ctx, o.stack)
	if err != nil {
		return err
	}
	defer end()
	m := newMatrix(b, max(o.parallel, 1))
	m.harms, m.rotate, m.artefacts = harms, o.rotate, "e2e/artefacts/chaos"
	if o.cut > 0 {
		m.cuts = func(_ scenario, n, _ int) bool { return n == o.cut }
	}
	rows := m.run(ctx, chosen)
	if failures := printTable(os.Stdout, rows, harms); failures > 0 {
		return fmt.Errorf("%d failures", failures)
	}
	return ctx.Err()
}

// choose returns the scenarios of these names, or all.
func choose(names string) ([]scenario, error) {
	all, err := scenarios()
	if err != nil || names == "" {
		return all, err
	}
	var chosen []scenario
	for name := range strings.SplitSeq(names, ",") {
		i := slices.IndexFunc(all, func(s scenario) bool { return s.name == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no scenario %q", name)
		}
		chosen = append(chosen, all[i])
	}
	return chosen, nil
}

// open makes a bench, with a project beside those of the trials.
func open(ctx context.Context, binary string) (b bench, end func(), err error) {
	if b.binary, err = filepath.Abs(binary); err != nil {
		return b, nil, err
	}
	if b.docker, err = client.NewClientWithOpts(client.FromEnv, client.WithAPIVersionNegotiation()); err != nil {
		return b, nil, err
	}
	b.addresses = newAddresses(b.docker)
	if b.dir, err = os.MkdirTemp("", "chaos"); err != nil {
		return b, nil, err
	}
	b.run = fmt.Sprintf("%x", time.Now().UnixNano()/int64(time.Millisecond)%(1<<24))
	b.foreign, err = newForeign(ctx, b)
	end = func() {
		if b.foreign != nil {
			if err := b.foreign.remove(context.WithoutCancel(ctx), b.docker); err != nil {
				fmt.Fprintln(os.Stderr, "chaos:", err)
			}
		}
		os.RemoveAll(b.dir)
		b.docker.Close()
	}
	if err != nil {
		end()
	}
	return b, end, err
}
