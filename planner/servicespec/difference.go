package servicespec

import (
	"maps"
	"slices"
	"strings"

	"github.com/docker/docker/api/types/swarm"

	"github.com/stackctl/stack/state"
)

// Difference is a field of a service that is not as it is wanted.
type Difference struct {
	// Field is its path in a compose file, as far as that has one:
	// environment.LOG_LEVEL, deploy.replicas, volumes./data.
	Field string
	// Old and New are what it is and is wanted to be, empty for what is not
	// there. What may be secret is ***.
	Old, New string
	// Restarts is true when a Swarm makes new tasks for it, and ends the old ones.
	Restarts bool
}

// The fields that are not compared like the others.
const (
	image       = "image"
	platform    = "platform"
	restarts    = "restarts"                   // how often the tasks were asked to start again
	noted       = "labels." + state.LabelImage // the id of an image that no registry has
	constraints = "deploy.placement.constraints"
)

// Differences says in which fields the specification that a Swarm has is not the
// one that is wanted, sorted by field. Names stand for the ids of networks,
// configs and secrets in both.
//
// What the Swarm knows better is no difference: the digest of an image that the
// file names by its tag, the platforms of an image where the file names none,
// the id that is noted of one, and how often tasks were asked to start again.
func Differences(old, wanted swarm.ServiceSpec) []Difference {
	before, after := fieldsOf(old), fieldsOf(wanted)
	if sameImage(before[image], after[image]) {
		before[image] = after[image]
	}
	if after[platform] == "" {
		delete(before, platform)
	}
	if after[noted] == "" {
		delete(before, noted)
	}
	if wanted.TaskTemplate.ForceUpdate <= old.TaskTemplate.ForceUpdate {
		delete(before, restarts)
		delete(after, restarts)
	}
	all := maps.Clone(before)
	maps.Copy(all, after)
	job := wanted.Mode.ReplicatedJob != nil || wanted.Mode.GlobalJob != nil
	var differences []Difference
	for _, field := range slices.Sorted(maps.Keys(all)) {
		if before[field] == after[field] {
			continue
		}
		differences = append(differences, Difference{
			Field: field, Old: masked(field, before[field]), New: masked(field, after[field]),
			Restarts: job || restartsTasks(field),
		})
	}
	return differences
}

// kept are the fields that are not of a task, and those that a task is not made
// anew for: a constraint moves the tasks whose node does not fulfil it, and no
// other (SwarmKit, orchestrator.IsTaskDirty). Published ports are not among
// them: that same function compares the endpoint.
var kept = []string{"deploy.labels.", "deploy.mode", "deploy.replicas", "deploy.update_config.", "deploy.rollback_config.", constraints}

func restartsTasks(field string) bool {
	return !slices.ContainsFunc(kept, func(prefix string) bool { return strings.HasPrefix(field, prefix) })
}

// masked hides what may be secret. A secret's own field has its name alone.
func masked(field, value string) string {
	if strings.HasPrefix(field, "secrets.") {
		return value
	}
	return state.Masked(field, value)
}

// sameImage is true for an image that the Swarm has pinned to a digest, and the
// tag that it was pinned from.
func sameImage(old, wanted string) bool {
	if !strings.Contains(wanted, "@") {
		old, _, _ = strings.Cut(old, "@")
	}
	return fullImage(old) == fullImage(wanted)
}

// fullImage spells an image's name out: nginx is docker.io/library/nginx:latest.
func fullImage(name string) string {
	const hub = "docker.io"
	host, rest, found := strings.Cut(name, "/")
	if !found || !strings.ContainsAny(host, ".:") && host != "localhost" {
		host, rest = hub, name
	}
	if host == "index."+hub {
		host = hub
	}
	if host == hub && !strings.Contains(rest, "/") {
		rest = "library/" + rest
	}
	if !strings.ContainsAny(rest, ":@") {
		rest += ":latest"
	}
	return host + "/" + rest
}

// Update is what to send to a Swarm so that a service becomes what is wanted:
// what means the same is sent as the Swarm has it, as it makes new tasks for
// another spelling too, and images keep the digest that they are pinned to.
func Update(old, wanted swarm.ServiceSpec) swarm.ServiceSpec {
	next := wanted
	differ := map[bool]bool{} // whether there are some that restart tasks, or do not
	ofEndpoint, ofConstraints := false, false
	for _, d := range Differences(old, wanted) {
		switch {
		case d.Field == "ports", d.Field == "deploy.endpoint_mode":
			ofEndpoint = true
		case d.Field == constraints:
			ofConstraints = true
		default:
			differ[restartsTasks(d.Field)] = true
		}
	}
	if !ofEndpoint {
		next.EndpointSpec = old.EndpointSpec
	}
	if !differ[true] {
		next.TaskTemplate, next.Networks = old.TaskTemplate, old.Networks //nolint:staticcheck // where older clients have them
		if ofConstraints {
			placement := swarm.Placement{}
			if old.TaskTemplate.Placement != nil {
				placement = *old.TaskTemplate.Placement
			}
			placement.Constraints = wanted.TaskTemplate.Placement.Constraints
			next.TaskTemplate.Placement = &placement
		}
		return next
	}
	next.TaskTemplate.ForceUpdate = max(old.TaskTemplate.ForceUpdate, wanted.TaskTemplate.ForceUpdate)
	was := old.TaskTemplate.ContainerSpec
	if was == nil || next.TaskTemplate.ContainerSpec == nil || !sameImage(was.Image, next.TaskTemplate.ContainerSpec.Image) {
		return next
	}
	c := *next.TaskTemplate.ContainerSpec
	c.Image = was.Image
	if id := was.Labels[state.LabelImage]; id != "" && c.Labels[state.LabelImage] == "" {
		c.Labels = maps.Clone(c.Labels)
		if c.Labels == nil {
			c.Labels = map[string]string{}
		}
		c.Labels[state.LabelImage] = id
	}
	next.TaskTemplate.ContainerSpec = &c
	if p := next.TaskTemplate.Placement; p != nil && len(p.Platforms) == 0 && old.TaskTemplate.Placement != nil {
		placement := *p
		placement.Platforms = old.TaskTemplate.Placement.Platforms
		next.TaskTemplate.Placement = &placement
	}
	return next
}
