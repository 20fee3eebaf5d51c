package render

import (
	"bytes"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/event"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

func TestPlainTellsOfEveryImageOfABuildAndOfThoseLeftOut(t *testing.T) {
	var out bytes.Buffer
	web, twin, left := state.ImageRef("team/web:1"), state.ImageRef("team/twin:1"), state.ImageRef("postgres:16")
	build := planner.BuildImage{Build: state.BuildSpec{Image: "team/web:1", Config: types.BuildConfig{Tags: types.StringList{"team/twin:1", "team/web:extra"}}}}
	plan := planner.Plan{
		Changes: []planner.Change{
			{Ref: left, Name: "postgres:16", Action: planner.NoOp, Reasons: []planner.Reason{{Text: "Image is not built here"}}},
			{Ref: twin, Name: "team/twin:1", Action: planner.Create, Reasons: []planner.Reason{{Text: "the same build as team/web:1"}}},
			{Ref: web, Name: "team/web:1", Action: planner.Create},
		},
		Nodes: []planner.Node{
			step("build team/web:1", web, build),
			step("push team/web:1", web, planner.PushImage{Image: "team/web:1"}, "build team/web:1"),
		},
	}
	p := NewProgress(Plain, plan, Options{Out: &out})
	run := func(node, op string, phases ...event.Phase) {
		for _, phase := range phases {
			p.Event(event.Event{Phase: phase, Node: node, Op: op, Ref: web, Name: "team/web:1"})
		}
	}
	run("build team/web:1", "BuildImage", event.Started, event.Succeeded)
	run("push team/web:1", "PushImage", event.Started, event.Succeeded)
	assert.Equal(t, out.String(), ` Image postgres:16 Skipped Image is not built here
 Image team/web:1 Building
 Image team/twin:1 Building
 Image team/web:1 Built
 Image team/twin:1 Built
 Image team/web:1 Pushing
 Image team/web:1 Pushed
`)
	assert.Equal(t, Count(plan).String(), "1 to build, 1 to push")
}

func TestPlainKnowsTheImagesOfThePlanBefore(t *testing.T) {
	var out bytes.Buffer
	web := state.ImageRef("web")
	build := step("build web", web, planner.BuildImage{Build: state.BuildSpec{Image: "web", Config: types.BuildConfig{Tags: types.StringList{"twin"}}}})
	pull := step("pull db", state.ImageRef("db"), planner.PullImage{Image: "db"})
	pull.Optional = true
	p := NewProgress(Plain, planner.Plan{
		Changes: []planner.Change{{Ref: web, Name: "web", Action: planner.Create}, {Ref: state.ImageRef("twin"), Name: "twin", Action: planner.Create}},
		Nodes:   []planner.Node{build, pull},
	}, Options{Out: &out})
	p.Next(planner.Plan{})
	p.Event(event.Event{Phase: event.Succeeded, Node: "build web", Op: "BuildImage", Ref: web, Name: "web"})
	p.Event(event.Event{Phase: event.Failed, Node: "pull db", Op: "PullImage", Ref: pull.Ref, Name: "db", Error: "no such image"})
	assert.Equal(t, out.String(), " Image web Built\n Image twin Built\n")
}

func TestLayersAreToldOfAsDockerComposeDoes(t *testing.T) {
	db := state.ImageRef("redis:7")
	plan := planner.Plan{Nodes: []planner.Node{step("pull db", db, planner.PullImage{Image: "redis:7"})}}
	var text, lines bytes.Buffer
	p, j := NewProgress(Plain, plan, Options{Out: &text}), NewProgress(JSON, plan, Options{Out: &lines})
	for _, e := range []event.Event{{Layer: "4abc", Detail: "Pulling fs layer"}, {Layer: "4abc", Detail: "Pull complete", Arrived: true}} {
		e.Phase, e.Node, e.Op, e.Ref, e.Name = event.Progress, "pull db", "PullImage", db, "redis:7"
		p.Event(e)
		j.Event(e)
	}
	assert.Equal(t, text.String(), " 4abc Pulling fs layer\n 4abc Pull complete\n")
	assert.Assert(t, strings.Contains(lines.String(), `"id":"4abc","status":"Working","text":"Pulling fs layer","parent_id":"Image redis:7"`), lines.String())
	assert.Assert(t, strings.Contains(lines.String(), `"id":"4abc","status":"Done","text":"Pull complete","parent_id":"Image redis:7","percent":100`), lines.String())
}

func TestACheckOfADockerfileIsNotCalledABuild(t *testing.T) {
	var out bytes.Buffer
	web := state.ImageRef("web")
	plan := planner.Plan{Nodes: []planner.Node{step("build web", web, planner.BuildImage{Build: state.BuildSpec{Image: "web", Check: true}})}}
	p := NewProgress(Plain, plan, Options{Out: &out})
	for _, phase := range []event.Phase{event.Started, event.Succeeded} {
		p.Event(event.Event{Phase: phase, Node: "build web", Op: "BuildImage", Ref: web, Name: "web"})
	}
	assert.Equal(t, out.String(), " Image web Checking\n Image web Checked\n")
}
