package planner

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackctl/stack/state"
)

// defaultMonitor is Swarm's.
const defaultMonitor = 5 * time.Second

// The fields that say how a service is updated.
const (
	updateConfig   = "update_config"
	rollbackConfig = "rollback_config"
)

// updateConfigOf is what says how a service is updated, and the name of that
// field; nil is all at once.
func (d *draft) updateConfigOf(service state.Service) (*types.UpdateConfig, string) {
	deploy := service.Config.Deploy
	switch {
	case deploy == nil:
		return nil, ""
	case !d.policy.RollBack:
		return deploy.UpdateConfig, updateConfig
	case deploy.UpdateConfig == nil && deploy.RollbackConfig == nil:
		return nil, ""
	}
	return cmp.Or(deploy.RollbackConfig, &types.UpdateConfig{}), rollbackConfig
}

// newRollout is what a configuration says, with Swarm's defaults. An update that
// goes back is not rolled back.
func (d *draft) newRollout(service state.Service, config types.UpdateConfig, field string) Rollout {
	actions := []FailureAction{FailPause, FailContinue, FailRollback}
	if field == rollbackConfig {
		actions = actions[:2]
	}
	r := Rollout{
		Service:         service.Name,
		Order:           cmp.Or(Order(config.Order), StopFirst),
		Parallelism:     1,
		Delay:           time.Duration(config.Delay),
		Monitor:         cmp.Or(time.Duration(config.Monitor), defaultMonitor),
		FailureAction:   cmp.Or(FailureAction(config.FailureAction), FailPause),
		MaxFailureRatio: config.MaxFailureRatio,
	}
	if config.Parallelism != nil {
		r.Parallelism = int(min(*config.Parallelism, 1<<20))
	}
	if !slices.Contains(actions, r.FailureAction) {
		d.fail(fmt.Errorf("service %s: deploy.%s.failure_action: expected one of %v, found %q", service.Name, field, actions, r.FailureAction))
	}
	if orders := []Order{StopFirst, StartFirst}; !slices.Contains(orders, r.Order) {
		d.fail(fmt.Errorf("service %s: deploy.%s.order: expected one of %v, found %q", service.Name, field, orders, r.Order))
	}
	return r
}
