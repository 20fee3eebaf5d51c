package planner

import (
	"fmt"
	"time"

	"github.com/docker/docker/api/types/swarm"

	"github.com/stackctl/stack/planner/servicespec"
	"github.com/stackctl/stack/state"
)

// decide says what becomes of a service. What it depends on is decided already.
func (d *swarmDraft) decide(service state.Service) {
	p := &swarmService{service: service, held: d.held[service.Name], action: NoOp}
	d.decided[service.Name] = p
	if d.leaves(service.Name) {
		p.reasons = []Reason{{Text: "another plan's"}}
		return
	}
	if service.OneOff != nil {
		p.held = nil
		d.decideOneOff(p)
		return
	}
	var err error
	if p.spec, err = servicespec.Of(d.desired, service, servicespec.Options{Engine: d.observed.Engine, Inputs: d.names}); err != nil {
		d.fail(err)
		return
	}
	d.settleOrder(p)
	if p.held == nil {
		p.action, p.restarts, p.newImage = Create, true, true
		p.image = d.imageOf(p)
		d.decideImage(p)
		return
	}
	p.tasks = d.tasks[p.held.ID]
	d.compare(p)
}

// compare says how a service that the Swarm holds is changed.
func (d *swarmDraft) compare(p *swarmService) {
	before, after := modeOf(p.held.Spec.Mode), modeOf(p.spec.Spec.Mode)
	if before != after {
		p.action, p.restarts, p.newImage = Replace, true, true
		p.reasons = []Reason{{Field: "deploy.mode", Old: before, New: after}, {Text: "a Swarm does not update a service to another mode"}}
		p.image = d.imageOf(p)
		d.decideImage(p)
		return
	}
	if d.recreate(p.service.Name) == RecreateNever {
		d.onlyScale(p)
		return
	}
	d.compareSpecs(p)
	p.image = d.imageOf(p)
	d.decideImage(p)
	d.force(p, d.forceReasons(p)...)
	d.resume(p)
	d.goBack(p)
}

// compareSpecs takes the fields that differ for reasons, and makes the
// specification that is to be sent.
func (d *swarmDraft) compareSpecs(p *swarmService) {
	differences := servicespec.Differences(p.held.Spec, p.spec.Spec)
	if len(differences) == 0 {
		p.spec.Spec, p.reasons = p.held.Spec, d.unsettled(p)
		return
	}
	p.spec.Spec = servicespec.Update(p.held.Spec, p.spec.Spec)
	p.action, p.reasons = Update, append(p.reasons, d.specReasons(p, differences)...)
	for _, x := range differences {
		p.restarts = p.restarts || x.Restarts
		p.newImage = p.newImage || x.Field == "image"
	}
	if !p.restarts {
		p.reasons = append(p.reasons, Reason{Text: "no task is started anew for that"})
	}
}

// unsettled says how far a service is that is to be as it is and has not
// converged.
func (d *swarmDraft) unsettled(p *swarmService) []Reason {
	if Converged(*p.held, p.tasks) {
		return nil
	}
	return []Reason{{Text: "has not converged yet"}}
}

// onlyScale leaves a service as it is but for the number of its tasks.
func (d *swarmDraft) onlyScale(p *swarmService) {
	mode := p.spec.Spec.Mode
	p.spec.Spec, p.spec.Resolve = p.held.Spec, false
	if replicasOf(mode) != replicasOf(p.held.Spec.Mode) {
		p.spec.Spec.Mode = mode
	}
	d.compareSpecs(p)
}

// replicasOf is how many tasks a service is to have; -1 is one on each node.
func replicasOf(mode swarm.ServiceMode) int {
	switch {
	case mode.Replicated != nil && mode.Replicated.Replicas != nil:
		return int(*mode.Replicated.Replicas)
	case mode.ReplicatedJob != nil && mode.ReplicatedJob.TotalCompletions != nil:
		return int(*mode.ReplicatedJob.TotalCompletions)
	case mode.ReplicatedJob != nil && mode.ReplicatedJob.MaxConcurrent != nil:
		return int(*mode.ReplicatedJob.MaxConcurrent)
	case mode.Replicated != nil, mode.ReplicatedJob != nil:
		return 1
	}
	return -1
}

// force has all tasks of a service started anew, if there is a reason.
func (d *swarmDraft) force(p *swarmService, reasons ...Reason) {
	if len(reasons) == 0 {
		return
	}
	if p.action == NoOp {
		p.reasons = nil
	}
	p.action, p.restarts, p.refreshes = Update, true, false
	p.reasons = append(p.reasons, reasons...)
	p.spec.Spec.TaskTemplate.ForceUpdate = p.held.Spec.TaskTemplate.ForceUpdate + 1
}

// forceReasons say why all tasks of a service are started anew, whatever differs.
func (d *swarmDraft) forceReasons(p *swarmService) []Reason {
	switch {
	case d.recreate(p.service.Name) == RecreateAlways:
		return []Reason{{Text: "--force-recreate"}}
	case p.restarts:
		return nil // they are already
	case isJob(p.held.Spec.Mode) && jobFailed(*p.held, p.tasks):
		return []Reason{{Text: "its last run failed"}}
	case isJob(p.held.Spec.Mode):
		return nil
	}
	if task, found := d.spent(p); found {
		return []Reason{{Text: task.Label() + " has ended, and the Swarm starts it no more"}}
	}
	for _, dependency := range p.service.DependsOn {
		other := d.decided[dependency.Service]
		if other == nil || !dependency.Restart || !other.restarts && !renewedSince(other, p) {
			continue
		}
		field := "depends_on." + dependency.Service + ".restart"
		return []Reason{{
			Text: fmt.Sprintf("%s is newer than what it started with, and %s is true", dependency.Service, field),
			At:   writtenAt(p.service.Where, field),
		}}
	}
	return nil
}

// renewedSince is true for a service whose tasks were last updated after those of
// its dependent had been made, as of a run that ended in between.
func renewedSince(p, dependent *swarmService) bool {
	if p.held == nil || p.held.Update == nil || p.held.Update.StartedAt == nil {
		return false
	}
	var newest time.Time
	for _, t := range dependent.tasks {
		if t.Current && t.Created.After(newest) {
			newest = t.Created
		}
	}
	return !newest.IsZero() && newest.Before(*p.held.Update.StartedAt)
}

// resume has an update go on that the Swarm paused, or that stands still: of that
// one it takes no notice of the same specification once more.
func (d *swarmDraft) resume(p *swarmService) {
	u := p.held.Update
	if p.action == NoOp && standsStill(*p.held, p.tasks, d.policy.Now) {
		d.force(p, Reason{Text: "its last update stands still"})
		return
	}
	paused := u != nil && (u.State == swarm.UpdateStatePaused || u.State == swarm.UpdateStateRollbackPaused)
	if !paused || p.action != NoOp {
		return
	}
	p.action, p.restarts = Update, true
	p.reasons = []Reason{{Text: "its last update is paused" + because(u.Message)}}
}

func because(message string) string {
	if message == "" {
		return ""
	}
	return ": " + message
}

// goBack makes an update to what the service was before a rollback of the
// Swarm's, which goes by rollback_config. One that goes further back is an
// update by rollback_config: whatever fails of it, that is not rolled back.
func (d *swarmDraft) goBack(p *swarmService) {
	if !d.policy.RollBack || p.action != Update || !p.restarts || isJob(p.spec.Spec.Mode) {
		return
	}
	if previous := p.held.Previous; previous != nil && len(servicespec.Differences(*previous, p.spec.Spec)) == 0 {
		p.spec.Rollback, p.spec.Resolve = true, false
		return
	}
	by, own := p.spec.Spec.RollbackConfig, p.spec.Spec.UpdateConfig
	if by == nil && own != nil && own.FailureAction == swarm.UpdateFailureActionRollback {
		config := *own
		config.FailureAction = swarm.UpdateFailureActionPause
		by = &config
	}
	if by == nil || own != nil && *own == *by {
		return
	}
	p.spec.Spec.UpdateConfig = by
	d.warnings = append(d.warnings, fmt.Sprintf(
		"service %s: is taken back as its rollback_config says; the next `up` sets its update_config again, and starts no task anew for that", p.service.Name))
}
