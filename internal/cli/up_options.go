package cli

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/pflag"

	"github.com/stackctl/stack/internal/watch"
)

// upOptions are the flags of up.
type upOptions struct {
	planOptions
	command            string // as which up was called
	detach             bool
	attach             []string
	noAttach           []string
	attachDependencies bool
	abortOnExit        bool
	abortOnFailure     bool
	exitCodeFrom       string
	noColor            bool
	noLogPrefix        bool
	timestamps         bool
	quietPull          bool
	quietBuild         bool
	yes                bool
	planFile           string
	timeline           string
	watch              bool
	menu               bool
	menuSet            bool
}

func (o *upOptions) register(f *pflag.FlagSet) {
	o.registerCreate(f)
	o.planOptions.registerUp(f)
	f.BoolVarP(&o.detach, "detach", "d", false, "Return when everything runs, in place of showing its logs")
	f.StringArrayVar(&o.attach, "attach", nil, "Show the logs of these services only. Incompatible with --attach-dependencies")
	f.StringArrayVar(&o.noAttach, "no-attach", nil, "Don't show the logs of these services")
	f.BoolVar(&o.attachDependencies, "attach-dependencies", false, "Show the logs of dependencies too")
	f.BoolVar(&o.abortOnExit, "abort-on-container-exit", false, "Stop all containers when one ends. Incompatible with -d")
	f.BoolVar(&o.abortOnFailure, "abort-on-container-failure", false, "Stop all containers when one ends with a failure. Incompatible with -d")
	f.StringVar(&o.exitCodeFrom, "exit-code-from", "", "Exit with the code of this service's container. Implies --abort-on-container-exit")
	f.BoolVar(&o.noColor, "no-color", false, "Show logs without colours")
	f.BoolVar(&o.noLogPrefix, "no-log-prefix", false, "Show logs without the container's name")
	f.BoolVar(&o.timestamps, "timestamps", false, "Show logs with timestamps")
	f.BoolVar(&o.quietBuild, "quiet-build", false, "Don't show the output of builds")
	f.StringVar(&o.planFile, "plan", "", "Carry out the plan that 'stack plan --out FILE' saved, if nothing has moved since")
	f.BoolVarP(&o.watch, "watch", "w", false, "Refresh containers when the files of services change. Incompatible with -d")
	f.BoolVar(&o.menu, "menu", false, "Take keys while attached to a terminal: d detaches, w watches (default there, unless COMPOSE_MENU=false). Incompatible with -d")
}

// check finds flags that contradict each other, and works out those that are
// implied.
func (o *upOptions) check() error {
	if o.exitCodeFrom != "" && !o.abortOnFailure {
		o.abortOnExit = true
	}
	if o.abortOnExit && o.abortOnFailure {
		return errors.New("--abort-on-container-failure cannot be combined with --abort-on-container-exit")
	}
	if o.wait {
		if o.attachDependencies || o.abortOnExit || len(o.attach) > 0 {
			return errors.New("--wait cannot be combined with --abort-on-container-exit, --attach or --attach-dependencies")
		}
		o.detach = true
	}
	if o.detach && (o.attachDependencies || o.abortOnExit || o.abortOnFailure || len(o.attach) > 0 || o.watch) {
		return errors.New("--detach cannot be combined with --abort-on-container-exit, --abort-on-container-failure, --attach, --attach-dependencies or --watch")
	}
	if o.noBuild && o.watch {
		return errors.New("--no-build and --watch are incompatible")
	}
	if len(o.attach) > 0 && o.attachDependencies {
		return errors.New("cannot combine --attach and --attach-dependencies")
	}
	if o.noStart && o.watch {
		return errors.New("--no-start and --watch are incompatible")
	}
	if o.menu && o.detach {
		return errors.New("--detach cannot be combined with --menu")
	}
	return o.planOptions.check()
}

// checkSaved makes sure that nothing but the saved plan says what to do.
func (o *upOptions) checkSaved(f *pflag.FlagSet, services []string) error {
	if o.planFile == "" {
		return nil
	}
	if len(services) > 0 {
		return errors.New("--plan cannot be combined with services: the saved plan has its own")
	}
	shaping := pflag.NewFlagSet("", pflag.ContinueOnError)
	new(planOptions).register(shaping)
	var err error
	f.Visit(func(flag *pflag.Flag) {
		if shaping.Lookup(flag.Name) != nil {
			err = fmt.Errorf("--plan cannot be combined with --%s: give it to 'stack plan'", flag.Name)
		}
	})
	return err
}

// checkNames makes sure that the services that flags name are part of the run.
func (o *upOptions) checkNames(g goal) error {
	if o.exitCodeFrom != "" && !slices.Contains(g.project.Services(), o.exitCodeFrom) {
		return fmt.Errorf("--exit-code-from: no such service: %s", o.exitCodeFrom)
	}
	for _, name := range o.attach {
		if !slices.Contains(g.project.Services(), name) {
			return fmt.Errorf("cannot attach to services not included in up: %s", name)
		}
	}
	return nil
}

// checkWatch makes sure that there is something to watch.
func (o *upOptions) checkWatch(g *goal) error {
	if !o.watch {
		return nil
	}
	rules, warnings, err := watch.Rules(g.desired.Services)
	g.warnings = append(slices.Clip(g.warnings), warnings...)
	if err == nil && len(rules) == 0 {
		return watch.ErrNoRules
	}
	return err
}

// quiet are the operations whose progress is not shown.
func (o *upOptions) quiet() map[string]bool {
	return map[string]bool{"PullImage": o.quietPull, "BuildImage": o.quietBuild}
}

// attached are the services whose logs are shown.
func (o *upOptions) attached(g goal) []string {
	var names []string
	for _, s := range g.desired.Services {
		chosen := len(g.policy.Selected) == 0 || slices.Contains(g.policy.Selected, s.Name) || o.attachDependencies
		if s.Config.Attach != nil && !*s.Config.Attach {
			chosen = false
		}
		if len(o.attach) > 0 {
			chosen = slices.Contains(o.attach, s.Name)
		}
		if chosen && !slices.Contains(o.noAttach, s.Name) {
			names = append(names, s.Name)
		}
	}
	return names
}
