package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	moment "github.com/docker/docker/api/types/time"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/stackctl/stack/internal/logs"
	"github.com/stackctl/stack/state"
)

type logsOptions struct {
	follow      bool
	index       int
	noColor     bool
	noLogPrefix bool
	since       string
	tail        string
	timestamps  bool
	until       string
}

func (a *app) logsCommand() *cobra.Command {
	var o logsOptions
	cmd := &cobra.Command{
		Use:   "logs [OPTIONS] [SERVICE...]",
		Short: "Show what the containers printed",
		Long: `Show what the project's containers printed, each line behind the container's
name. With -f it goes on with new lines, also those of containers and replicas
that start later, until all have ended. On a Swarm each line is behind its
task and node, and -f goes on until it is interrupted.

With -p NAME alone no compose file is needed.`,
		Example: `  stack logs
  stack logs -f --tail 20 web
  stack logs --since 10m --timestamps
  stack logs --index 2 web`,
		ValidArgsFunction: a.completeServices,
		RunE: func(cmd *cobra.Command, services []string) error {
			if err := o.check(services); err != nil {
				return err
			}
			return a.logs(cmd.Context(), o, services)
		},
	}
	o.register(cmd.Flags())
	return cmd
}

func (o *logsOptions) register(f *pflag.FlagSet) {
	f.BoolVarP(&o.follow, "follow", "f", false, "Go on with new lines as they come")
	f.IntVar(&o.index, "index", 0, "Number of the replica to show, of the one service that is named")
	f.BoolVar(&o.noColor, "no-color", false, "Print without colours")
	f.BoolVar(&o.noLogPrefix, "no-log-prefix", false, "Print without the container's name")
	f.StringVar(&o.since, "since", "", "Lines since a time (2013-01-02T13:23:37Z) or a while ago (42m)")
	f.StringVarP(&o.tail, "tail", "n", "all", "Number of lines from the end, for each container")
	f.BoolVarP(&o.timestamps, "timestamps", "t", false, "Print when each line was written")
	f.StringVar(&o.until, "until", "", "Lines before a time (2013-01-02T13:23:37Z) or a while ago (42m)")
}

func (o *logsOptions) check(services []string) error {
	if o.index != 0 && len(services) != 1 {
		return errors.New("--index requires one service to be selected")
	}
	if n, err := strconv.Atoi(o.tail); o.tail != "all" && (err != nil || n < 0) {
		return fmt.Errorf("invalid value for --tail: %q: it is a number or all", o.tail)
	}
	return errors.Join(checkMoment("since", o.since), checkMoment("until", o.until))
}

// checkMoment makes sure that a flag's value is a time, before it is asked of
// the engine for each container.
func checkMoment(flag, value string) error {
	if value == "" {
		return nil
	}
	stamp, err := moment.GetTimestamp(value, time.Now())
	if err == nil {
		_, _, err = moment.ParseTimestamps(stamp, 0)
	}
	if err != nil {
		return fmt.Errorf("invalid value for --%s: %q: it is a time such as 2013-01-02T13:23:37Z, seconds since 1970, or a while ago such as 42m", flag, value)
	}
	return nil
}

func (a *app) logs(ctx context.Context, o logsOptions, services []string) error {
	v, err := a.glance(ctx, containersOnly, services)
	if err != nil {
		return err
	}
	defer v.close()
	options := logs.Options{
		Project: v.target.name, Services: services, Index: o.index,
		Lines: state.LogOptions{Timestamps: o.timestamps, Since: o.since, Until: o.until, Tail: o.tail},
	}
	printer := newLogPrinter(a.process, logStyle{
		color:    !o.noColor && v.settings.outColor,
		noPrefix: o.noLogPrefix,
		merged:   true, // as scripts expect it: most servers log to stderr
		batch:    !o.follow,
	})
	for _, c := range v.observed.Containers {
		if options.Wants(c) {
			printer.printer.Register(logName(c))
		}
	}
	switch {
	case v.observed.Engine.Swarm():
		options.Lines.Follow = o.follow
		err = cmp.Or(logs.Tasks(ctx, v.engine, options, printer.record), ctx.Err())
	case o.follow:
		err = logs.Follow(ctx, v.engine, logs.FollowOptions{Options: options}, printer.record)
		err = cmp.Or(err, ctx.Err())
	default:
		err = logs.Read(ctx, v.engine, options, printer.record)
	}
	return cmp.Or(err, printer.printer.Flush()) // what a full disk did not take is said
}
