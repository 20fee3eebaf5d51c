package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/spf13/pflag"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/project"
	"github.com/stackctl/stack/state"
)

// pullPerService is the value of --pull that leaves it to each service.
const pullPerService = "policy"

// The values of --probe.
const (
	probeEager  = "eager"
	probeEngine = "engine"
)

// planOptions are the flags of up that shape its plan.
type planOptions struct {
	build            bool
	noBuild          bool
	pull             string
	forceRecreate    bool
	noRecreate       bool
	recreateDeps     bool
	renewVolumes     bool
	removeOrphans    bool
	noDeps           bool
	noStart          bool
	scale            []string
	replaceVolumes   []string
	wait             bool
	waitTimeout      int
	timeout          int
	timeoutSet       bool
	removeOrphansSet bool
	probe            string
	// preview is true when the plan is only shown.
	preview bool
}

func (o *planOptions) register(f *pflag.FlagSet) {
	o.registerCreate(f)
	o.registerUp(f)
}

// registerCreate registers the flags that create has too.
func (o *planOptions) registerCreate(f *pflag.FlagSet) {
	f.BoolVar(&o.build, "build", false, "Build images before starting containers")
	f.BoolVar(&o.noBuild, "no-build", false, "Don't build images, also where a service's policy says so")
	f.StringVar(&o.pull, "pull", pullPerService, "When to pull images (always, missing, never, build); policy leaves it to each service")
	f.BoolVar(&o.forceRecreate, "force-recreate", false, "Recreate containers even if nothing about them has changed")
	f.BoolVar(&o.noRecreate, "no-recreate", false, "Leave containers that exist as they are. Incompatible with --force-recreate")
	f.BoolVar(&o.removeOrphans, "remove-orphans", false, "Remove containers of services that the compose file does not have")
	f.StringArrayVar(&o.scale, "scale", nil, "Number of replicas as SERVICE=NUM, in place of the compose file's")
	registerReplaceVolume(f, &o.replaceVolumes)
}

// registerUp registers the flags that only up has.
func (o *planOptions) registerUp(f *pflag.FlagSet) {
	f.BoolVar(&o.recreateDeps, "always-recreate-deps", false, "Recreate the containers of dependencies too. Incompatible with --no-recreate")
	f.BoolVarP(&o.renewVolumes, "renew-anon-volumes", "V", false, "Give recreated containers new anonymous volumes in place of their old ones")
	f.BoolVar(&o.noDeps, "no-deps", false, "Leave out the services that the named ones depend on")
	f.BoolVar(&o.noStart, "no-start", false, "Create the containers, but don't start them")
	f.BoolVar(&o.wait, "wait", false, "Wait until all services run and are healthy, or have done their job. Implies detached mode")
	f.IntVar(&o.waitTimeout, "wait-timeout", 0, "Longest time to wait for services that others depend on, and with --wait for all, in seconds; 0 is no limit")
	f.IntVarP(&o.timeout, "timeout", "t", 0, "Seconds that a container has to stop (default: its stop_grace_period)")
	f.StringVar(&o.probe, "probe", probeEager, "Who runs the healthchecks that something waits for: eager (stack too, at once) or engine (the engine alone)")
}

// note reads what only a parsed flag set knows.
func (o *planOptions) note(f *pflag.FlagSet) {
	o.timeoutSet = f.Changed("timeout")
	o.removeOrphansSet = f.Changed("remove-orphans")
}

// check finds values that are unknown and flags that contradict each other.
func (o *planOptions) check() error {
	switch {
	case o.build && o.noBuild:
		return errors.New("--build and --no-build are incompatible")
	case o.renewVolumes && o.noRecreate:
		return errors.New("--no-recreate and --renew-anon-volumes are incompatible")
	case o.forceRecreate && o.noRecreate:
		return errors.New("--force-recreate and --no-recreate are incompatible")
	case o.recreateDeps && o.noRecreate:
		return errors.New("--always-recreate-deps and --no-recreate are incompatible")
	case o.probe != probeEager && o.probe != probeEngine:
		return fmt.Errorf("unknown --probe value %q: it is eager or engine", o.probe)
	case o.waitTimeout < 0:
		return fmt.Errorf("--wait-timeout must not be negative (found: %d)", o.waitTimeout)
	}
	if o.pull != types.PullPolicyIfNotPresent && !slices.Contains(pullValues(), o.pull) {
		return fmt.Errorf("invalid --pull option %q: it is one of always, missing, never, build", o.pull)
	}
	_, err := o.replicas()
	return err
}

// pullValues are the values of --pull that are proposed.
func pullValues() []string {
	return []string{pullPerService, types.PullPolicyAlways, types.PullPolicyMissing, types.PullPolicyNever, types.PullPolicyBuild}
}

// replicas are the values of --scale.
func (o *planOptions) replicas() (map[string]int, error) {
	scale := map[string]int{}
	for _, text := range o.scale {
		name, number, ok := strings.Cut(text, "=")
		n, err := strconv.Atoi(number)
		if !ok || err != nil || n < 0 {
			return nil, fmt.Errorf("invalid --scale option %q. Should be SERVICE=NUM", text)
		}
		scale[name] = n
	}
	return scale, nil
}

// goal is what a plan is made for.
type goal struct {
	target
	desired state.Desired
	policy  planner.UpPolicy
}

// goal loads the project and works out what is wanted of it.
func (a *app) goal(ctx context.Context, o planOptions, services []string) (goal, error) {
	options := a.loadOptions()
	options.Services, options.NoDeps, options.AllResources = services, o.noDeps, a.global.allResources
	t, err := a.loaded(ctx, options)
	if err != nil {
		return goal{}, err
	}
	if len(t.project.Services()) == 0 && !a.global.allResources {
		return goal{}, noServices(t.project)
	}
	scale, err := o.replicas()
	if err != nil {
		return goal{}, err
	}
	desired, err := t.project.Desired(project.DesiredOptions{
		Scale: scale, AllowMissingFiles: o.preview, Run: project.Run(ctx), APISocket: a.apiSocket(t), Swarm: a.forSwarm(t),
	})
	if err != nil {
		return goal{}, err
	}
	t.warnings = t.project.Warnings
	policy, err := o.policy(a.env(t))
	if err != nil {
		return goal{}, err
	}
	policy.Selected = expand(services, t.project)
	if policy.Consents, err = consents(o.replaceVolumes, desired.Volumes); err != nil {
		return goal{}, err
	}
	return goal{target: t, desired: desired, policy: policy}, nil
}

// noServices says why there is nothing to bring up.
func noServices(p *project.Project) error {
	if profiles := p.ProfileNames(); len(profiles) > 0 {
		return fmt.Errorf("no service selected: every service is behind a profile that is not active; activate one of %s with --profile",
			strings.Join(profiles, ", "))
	}
	return errors.New("no service selected: the compose file has no services")
}

func (o *planOptions) policy(env lookup) (planner.UpPolicy, error) {
	policy := planner.UpPolicy{
		RemoveOrphans:    o.removeOrphans,
		IgnoreOrphans:    isTrue(env, "COMPOSE_IGNORE_ORPHANS"),
		RenewAnonVolumes: o.renewVolumes,
		NoStart:          o.noStart,
		Wait:             o.wait,
		WaitTimeout:      time.Duration(o.waitTimeout) * time.Second,
		StopTimeout:      seconds(o.timeout, o.timeoutSet),
		Build:            o.build,
		NoBuild:          o.noBuild,
		EngineProbes:     o.probe == probeEngine,
		Now:              time.Now().UTC(),
	}
	if !o.removeOrphansSet {
		policy.RemoveOrphans = isTrue(env, "COMPOSE_REMOVE_ORPHANS")
	}
	if policy.IgnoreOrphans && policy.RemoveOrphans {
		return policy, errors.New("cannot combine COMPOSE_IGNORE_ORPHANS and --remove-orphans")
	}
	switch o.pull {
	case pullPerService:
	case types.PullPolicyIfNotPresent:
		policy.Pull = types.PullPolicyMissing
	default:
		policy.Pull = o.pull
	}
	switch {
	case o.forceRecreate:
		policy.Recreate = planner.RecreateAlways
	case o.noRecreate:
		policy.Recreate, policy.RecreateDeps = planner.RecreateNever, planner.RecreateNever
	}
	if o.recreateDeps {
		policy.RecreateDeps = planner.RecreateAlways
	}
	return policy, nil
}

// seconds is a flag's number as a duration, nil for a flag that was not given.
func seconds(n int, given bool) *time.Duration {
	if !given {
		return nil
	}
	d := time.Duration(n) * time.Second
	return &d
}
