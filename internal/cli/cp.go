package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/stackctl/stack/internal/cp"
	"github.com/stackctl/stack/internal/render"
	"github.com/stackctl/stack/state"
)

type cpOptions struct {
	all     bool
	archive bool
	follow  bool
	index   int
}

func (a *app) cpCommand() *cobra.Command {
	var o cpOptions
	cmd := &cobra.Command{
		Use:   "cp [OPTIONS] SERVICE:SRC_PATH DEST_PATH|-\n  stack cp [OPTIONS] SRC_PATH|- SERVICE:DEST_PATH",
		Short: "Copy files between a service's containers and this machine",
		Long: `Copy files between the containers of a service and this machine, whether they
run or not. What is copied to a service goes to each of its containers, or to
the one of --index; what is copied from it comes from the first.

A directory is copied into a directory that is there, and becomes one that is
not; SRC_PATH/. is what is in it. A symbolic link is copied as a link, without
-L. With - a tar is read from standard input, or written to standard output.

With -p NAME alone no compose file is needed.`,
		Example: `  stack cp site/. web:/srv/www
  stack cp --index 2 web:/var/log/app.log .
  stack cp web:/etc/nginx - | tar t
  tar c fixtures | stack cp - db:/tmp`,
		Args:              copyArguments,
		ValidArgsFunction: a.completeCopy,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.cp(cmd.Context(), o, cp.ParsePlace(args[0]), cp.ParsePlace(args[1]))
		},
	}
	o.register(cmd.Flags())
	return cmd
}

func (o *cpOptions) register(f *pflag.FlagSet) {
	f.BoolVar(&o.all, "all", false, "Copy to the containers of 'run' too")
	f.BoolVarP(&o.archive, "archive", "a", false, "Keep owners when copying from a container; give files to the container's user when copying to it")
	f.BoolVarP(&o.follow, "follow-link", "L", false, "Copy what a symbolic link SRC_PATH leads to")
	f.IntVar(&o.index, "index", 0, "Number of the replica")
}

func copyArguments(_ *cobra.Command, args []string) error {
	switch {
	case len(args) != 2:
		return fmt.Errorf("'stack cp' requires 2 arguments: SERVICE:SRC_PATH DEST_PATH, or SRC_PATH SERVICE:DEST_PATH")
	case args[0] == "":
		return errors.New("source can not be empty")
	case args[1] == "":
		return errors.New("destination can not be empty")
	}
	return nil
}

func (a *app) cp(ctx context.Context, o cpOptions, from, to cp.Place) error {
	service := from.Service + to.Service
	switch {
	case from.Service != "" && to.Service != "":
		return errors.New("copying between services is not supported")
	case service == "":
		return errors.New("unknown copy direction: one of the two has to be SERVICE:PATH")
	}
	v, err := a.view(ctx, containersOnly, []string{service})
	if err != nil {
		return err
	}
	defer v.close()
	containers, err := v.copyTargets(o, service)
	if err != nil {
		return err
	}
	if from.Service != "" {
		containers = containers[:1]
	}
	run := copying{view: v, options: cp.Options{Follow: o.follow, Own: o.archive}, from: from, to: to}
	if from.Path == cp.Stream && from.Service == "" && len(containers) > 1 {
		remove, err := run.spool()
		if err != nil {
			return err
		}
		defer remove()
	}
	steps := v.steps()
	errs := make([]error, len(containers))
	var copies sync.WaitGroup
	for i, c := range containers {
		copies.Go(func() { errs[i] = run.one(ctx, c, steps) })
	}
	copies.Wait()
	return errors.Join(errs...)
}

// copyTargets are the containers that may be copied to or from.
func (v *view) copyTargets(o cpOptions, service string) ([]state.Container, error) {
	if o.index != 0 {
		c, err := v.replica(service, o.index)
		return []state.Container{c}, err
	}
	found := slices.DeleteFunc(v.replicas(service), func(c state.Container) bool { return c.OneOff && !o.all })
	if len(found) == 0 {
		return nil, fmt.Errorf("no container found for service %q", service)
	}
	return found, nil
}

// steps shows what is done beside a plan.
func (s *session) steps() *render.Steps {
	return &render.Steps{Mode: s.settings.mode, Out: s.settings.status, Pretended: s.app.global.dryRun}
}

// pretend shows a step of which nothing but this is done.
func (s *session) pretend(step render.Step) {
	step.Done = true
	s.steps().Show(step)
}

// completeCopy proposes services, to be followed by a path, and files.
func (a *app) completeCopy(cmd *cobra.Command, args []string, prefix string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 1 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	names, _ := a.completeServices(cmd, nil, prefix)
	if strings.ContainsAny(prefix, "/:") || len(names) == 0 {
		return nil, cobra.ShellCompDirectiveDefault
	}
	for i, name := range names {
		names[i] = name + ":"
	}
	return names, cobra.ShellCompDirectiveNoSpace
}
