package planner

import "time"

// warnIgnored warns of the flags of `up` and `rollback` that change nothing on a
// Swarm.
func (d *draft) warnIgnored() {
	d.warnTimeout(d.policy.StopTimeout)
	if d.policy.RenewAnonVolumes {
		d.warnings = append(d.warnings, "a Swarm gives each new task anonymous volumes of its own, so --renew-anon-volumes changes nothing")
	}
	if d.policy.EngineProbes {
		d.warnings = append(d.warnings, "a Swarm alone runs the healthchecks of its tasks, so --probe changes nothing")
	}
}

// warnTimeout warns of a time to stop that a Swarm cannot be told.
func (d *draft) warnTimeout(timeout *time.Duration) {
	if timeout != nil {
		d.warnings = append(d.warnings, "a Swarm gives tasks the time that stop_grace_period says, and not that of --timeout")
	}
}
