package servicespec

import (
	"cmp"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/docker/api/types/swarm"

	"github.com/stackctl/stack/state"
)

const (
	modeGlobal        = "global"
	modeGlobalJob     = "global-job"
	modeReplicated    = "replicated"
	modeReplicatedJob = "replicated-job"
)

// modeName is the service's mode. A service that is meant to end is a job: of one
// in another mode a Swarm takes the end for a failure of its update.
func (c *converter) modeName() string {
	switch mode := cmp.Or(c.deploy().Mode, modeReplicated); {
	case c.service.OneShot && mode == modeReplicated:
		return modeReplicatedJob
	case c.service.OneShot && mode == modeGlobal:
		return modeGlobalJob
	default:
		return mode
	}
}

func (c *converter) isJob() bool {
	mode := c.modeName()
	return mode == modeGlobalJob || mode == modeReplicatedJob
}

func (c *converter) mode() swarm.ServiceMode {
	replicas := uint64(max(c.service.Replicas, 0))
	mode := c.modeName()
	if (mode == modeGlobal || mode == modeGlobalJob) && (c.config.Scale != nil || c.deploy().Replicas != nil) {
		field := "deploy.replicas"
		if c.config.Scale != nil {
			field = "scale"
		}
		c.refuse(field, "mode %s is one on each node: remove %s, or the mode", mode, field)
	}
	switch mode {
	case modeGlobal:
		return swarm.ServiceMode{Global: &swarm.GlobalService{}}
	case modeGlobalJob:
		return swarm.ServiceMode{GlobalJob: &swarm.GlobalJob{}}
	case modeReplicatedJob:
		return swarm.ServiceMode{ReplicatedJob: &swarm.ReplicatedJob{MaxConcurrent: &replicas, TotalCompletions: &replicas}}
	case modeReplicated:
		return swarm.ServiceMode{Replicated: &swarm.ReplicatedService{Replicas: &replicas}}
	}
	c.refuse("deploy.mode", "expected replicated, global, replicated-job or global-job, found %q", mode)
	return swarm.ServiceMode{}
}

// restartPolicy is what restart_policy says, else what restart does, else nil:
// the Swarm's own, which is to start every task again that ends. A service that
// is meant to end is not started again unless it failed and the file says so.
func (c *converter) restartPolicy() *swarm.RestartPolicy {
	policy := restartPolicy(c.config)
	if !c.isJob() {
		return policy
	}
	if policy == nil {
		return &swarm.RestartPolicy{Condition: swarm.RestartPolicyConditionNone}
	}
	if policy.Condition != swarm.RestartPolicyConditionNone {
		policy.Condition = swarm.RestartPolicyConditionOnFailure
	}
	return policy
}

func restartPolicy(config types.ServiceConfig) *swarm.RestartPolicy {
	if config.Deploy != nil && config.Deploy.RestartPolicy != nil {
		p := config.Deploy.RestartPolicy
		return &swarm.RestartPolicy{
			Condition:   swarm.RestartPolicyCondition(p.Condition),
			Delay:       (*time.Duration)(p.Delay),
			MaxAttempts: p.MaxAttempts,
			Window:      (*time.Duration)(p.Window),
		}
	}
	limits := state.LimitsOf(config)
	policy := &swarm.RestartPolicy{}
	switch limits.RestartPolicy {
	case "":
		return nil
	case types.RestartPolicyNo:
		policy.Condition = swarm.RestartPolicyConditionNone
	case types.RestartPolicyOnFailure:
		policy.Condition = swarm.RestartPolicyConditionOnFailure
	default:
		policy.Condition = swarm.RestartPolicyConditionAny
	}
	if limits.RestartRetries > 0 {
		attempts := uint64(limits.RestartRetries)
		policy.MaxAttempts = &attempts
	}
	return policy
}

// updates are how a service is brought from one specification to the next. A
// job's is its next run.
func (c *converter) updates(spec *swarm.ServiceSpec) {
	deploy := c.deploy()
	if !c.isJob() {
		spec.UpdateConfig, spec.RollbackConfig = updateConfig(deploy.UpdateConfig), updateConfig(deploy.RollbackConfig)
		return
	}
	if deploy.UpdateConfig != nil {
		c.refuse("deploy.update_config", "a job is not updated but run again: remove it")
	}
	if deploy.RollbackConfig != nil {
		c.refuse("deploy.rollback_config", "a job is not updated but run again: remove it")
	}
}

func updateConfig(config *types.UpdateConfig) *swarm.UpdateConfig {
	if config == nil {
		return nil
	}
	parallelism := uint64(1)
	if config.Parallelism != nil {
		parallelism = *config.Parallelism
	}
	return &swarm.UpdateConfig{
		Parallelism:     parallelism,
		Delay:           time.Duration(config.Delay),
		FailureAction:   config.FailureAction,
		Monitor:         time.Duration(config.Monitor),
		MaxFailureRatio: config.MaxFailureRatio,
		Order:           config.Order,
	}
}
