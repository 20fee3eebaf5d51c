package render

import (
	"fmt"
	"time"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// noon is the moment at which everything in these tests begins.
func noon() time.Time { return time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC) }

// step is a node in short.
func step(id string, ref state.Ref, op planner.Operation, after ...planner.ID) planner.Node {
	return planner.Node{ID: planner.ID(id), Ref: ref, Op: op, After: after}
}

func create(name string) planner.CreateContainer {
	return planner.CreateContainer{Spec: state.ContainerSpec{Name: name}}
}

func start(name string) planner.StartContainer {
	return planner.StartContainer{Container: state.Handle{Name: name}}
}

func await(name string, condition state.Condition) planner.AwaitContainer {
	return planner.AwaitContainer{Container: state.Handle{Name: name}, Condition: condition}
}

func handle(name string) state.Handle { return state.Handle{ID: "id-of-" + name, Name: name} }

// coldPlan brings a project up where nothing of it is there.
func coldPlan() planner.Plan {
	db, migrate := state.ContainerRef("db", 1), state.ContainerRef("migrate", 1)
	net, vol, image := state.NetworkRef("default"), state.VolumeRef("data"), state.ImageRef("postgres:16")
	web := func(n int) state.Ref { return state.ContainerRef("web", n) }
	built := state.ImageRef("shop-web")
	plan := planner.Plan{
		Project: "shop",
		Changes: []planner.Change{
			{Ref: db, Name: "shop-db-1", Action: planner.Create},
			{Ref: migrate, Name: "shop-migrate-1", Action: planner.Create},
			{Ref: web(1), Name: "shop-web-1", Action: planner.Create},
			{Ref: web(2), Name: "shop-web-2", Action: planner.Create},
			{Ref: image, Name: "postgres:16", Action: planner.Create, Reasons: []planner.Reason{{Text: "not here"}}},
			{Ref: built, Name: "shop-web", Action: planner.Create, Reasons: []planner.Reason{{Text: "not here"}}},
			{Ref: net, Name: "shop_default", Action: planner.Create},
			{Ref: vol, Name: "shop_data", Action: planner.Create},
		},
		Nodes: []planner.Node{
			step("pull postgres:16", image, planner.PullImage{Image: "postgres:16"}),
			step("build shop-web", built, planner.BuildImage{Build: state.BuildSpec{
				Image: "shop-web", Service: "web", Config: types.BuildConfig{Context: "/src/shop/web"},
			}}),
			step("volume data", vol, planner.CreateVolume{Spec: state.VolumeSpec{Config: types.VolumeConfig{Name: "shop_data"}}}),
			step("network default", net, planner.CreateNetwork{Spec: state.NetworkSpec{Config: types.NetworkConfig{Name: "shop_default"}}}),
			step("create db/1", db, create("shop-db-1"), "pull postgres:16", "volume data", "network default"),
			step("start db/1", db, start("shop-db-1"), "create db/1"),
			step("await db/1 healthy", db, await("shop-db-1", state.Healthy), "start db/1"),
			step("create migrate/1", migrate, create("shop-migrate-1"), "build shop-web", "network default"),
			step("start migrate/1", migrate, start("shop-migrate-1"), "create migrate/1", "await db/1 healthy"),
			step("await migrate/1 completed", migrate, await("shop-migrate-1", state.Completed), "start migrate/1"),
		},
	}
	for n := 1; n <= 2; n++ {
		name := fmt.Sprintf("shop-web-%d", n)
		plan.Nodes = append(plan.Nodes,
			step(fmt.Sprintf("create web/%d", n), web(n), create(name), "build shop-web", "network default"),
			step(fmt.Sprintf("start web/%d", n), web(n), start(name),
				planner.ID(fmt.Sprintf("create web/%d", n)), "await db/1 healthy", "await migrate/1 completed"),
		)
	}
	return plan
}

// mixedPlan changes a project that runs: a replacement, a change in place, a
// removal, a wait, and much that stays.
func mixedPlan() planner.Plan {
	api, cache, web, old := state.ContainerRef("api", 1), state.ContainerRef("cache", 1), state.ContainerRef("web", 1), state.ContainerRef("old", 1)
	undo := []planner.Operation{
		planner.RemoveContainer{Container: state.Handle{Name: "shop-api-1.next-1a2b3c4d"}, Options: state.RemoveOptions{Force: true}},
		planner.StartContainer{Container: handle("shop-api-1")},
	}
	next := "shop-api-1.next-1a2b3c4d"
	nodes := []planner.Node{
		step("create api/1", api, create(next)),
		step("stop api/1", api, planner.StopContainer{Container: handle("shop-api-1")}, "create api/1"),
		step("start api/1", api, start(next), "stop api/1"),
		step("await api/1 healthy", api, await(next, state.Healthy), "start api/1"),
		step("remove api/1", api, planner.RemoveContainer{Container: handle("shop-api-1")}, "await api/1 healthy"),
		step("rename api/1", api, planner.RenameContainer{Container: state.Handle{Name: next}, Name: "shop-api-1"}, "remove api/1"),
		step("stop web/1", web, planner.StopContainer{Container: handle("shop-web-1")}, "await api/1 healthy"),
		step("start web/1", web, planner.StartContainer{Container: handle("shop-web-1")}, "stop web/1"),
		step("stop old/1", old, planner.StopContainer{Container: handle("shop-old-1")}),
		step("remove old/1", old, planner.RemoveContainer{Container: handle("shop-old-1")}, "stop old/1"),
		step("start cache/1", cache, planner.StartContainer{Container: handle("shop-cache-1")}),
	}
	for i, node := range nodes {
		switch node.ID {
		case "stop api/1", "start api/1", "await api/1 healthy":
			nodes[i].OnFailure = undo
		}
	}
	return planner.Plan{
		Project: "shop",
		Changes: []planner.Change{
			{Ref: api, Name: "shop-api-1", Action: planner.Replace, Reasons: []planner.Reason{
				{Field: "image", Old: "shop-api:1", New: "shop-api:2"},
				{Field: "environment.LOG_LEVEL", Old: "info", New: "debug"},
				{Field: "environment.API_TOKEN", Old: "***", New: "*** (changed)"},
				{Field: "healthcheck.interval", New: "10s"},
			}},
			{Ref: cache, Name: "shop-cache-1", Action: planner.Update, Reasons: []planner.Reason{{Text: "exited with code 137"}}},
			{Ref: state.ContainerRef("db", 1), Name: "shop-db-1", Action: planner.NoOp},
			{Ref: state.ContainerRef("migrate", 1), Name: "shop-migrate-1", Action: planner.NoOp, Reasons: []planner.Reason{{Text: "has completed"}}},
			{Ref: old, Name: "shop-old-1", Action: planner.Delete, Reasons: []planner.Reason{{Text: "the project has no such service"}}},
			{Ref: web, Name: "shop-web-1", Action: planner.Update, Reasons: []planner.Reason{
				{Text: "api/1 is replaced or restarted, and depends_on.api.restart is true"},
			}},
			{Ref: state.NetworkRef("default"), Name: "shop_default", Action: planner.NoOp},
			{Ref: state.VolumeRef("data"), Name: "shop_data", Action: planner.NoOp},
		},
		Nodes:    nodes,
		Warnings: []string{"service api: the field `mac_address` is not honoured by this engine"},
	}
}

// consentPlan wants to replace a volume, and has containers that wait for an
// image.
func consentPlan() planner.Plan {
	image := state.ImageRef("shop-web")
	return planner.Plan{
		Project: "shop",
		Changes: []planner.Change{
			{Ref: state.ContainerRef("api", 1), Name: "shop-api-1", Action: planner.NoOp, Reasons: []planner.Reason{{Text: "planned once its images are known"}}},
			{Ref: state.ContainerRef("web", 1), Name: "shop-web-1", Action: planner.NoOp, Reasons: []planner.Reason{{Text: "planned once its images are known"}}},
			{Ref: state.ContainerRef("web", 2), Name: "shop-web-2", Action: planner.NoOp, Reasons: []planner.Reason{{Text: "planned once its images are known"}}},
			{Ref: image, Name: "shop-web", Action: planner.Create, Reasons: []planner.Reason{{Text: "--build"}}},
			{Ref: state.VolumeRef("data"), Name: "shop_data", Action: planner.NoOp},
		},
		Nodes: []planner.Node{step("build shop-web", image, planner.BuildImage{Build: state.BuildSpec{
			Image: "shop-web", Service: "web", Config: types.BuildConfig{Context: "/src/shop/web"},
		}})},
		Consents: []planner.Consent{{
			Ref: state.VolumeRef("data"), Name: "shop_data",
			Text:    "volume shop_data is defined otherwise now: to apply that, it is removed with all the data in it and created again",
			Reasons: []planner.Reason{{Field: "driver_opts.type", Old: "tmpfs", New: "nfs"}},
		}},
		Pending: []planner.Pending{{
			Services: []string{"api", "web"},
			Replicas: []state.Ref{state.ContainerRef("api", 1), state.ContainerRef("web", 1), state.ContainerRef("web", 2)},
		}},
	}
}

// downPlan takes a project away.
func downPlan() planner.Plan {
	db, web := state.ContainerRef("db", 1), state.ContainerRef("web", 1)
	net, vol := state.NetworkRef("default"), state.VolumeRef("data")
	return planner.Plan{
		Project: "shop",
		Changes: []planner.Change{
			{Ref: db, Name: "shop-db-1", Action: planner.Delete},
			{Ref: web, Name: "shop-web-1", Action: planner.Delete},
			{Ref: net, Name: "shop_default", Action: planner.Delete},
			{Ref: vol, Name: "shop_data", Action: planner.Delete},
		},
		Nodes: []planner.Node{
			step("stop web/1", web, planner.StopContainer{Container: handle("shop-web-1")}),
			step("remove web/1", web, planner.RemoveContainer{Container: handle("shop-web-1")}, "stop web/1"),
			step("stop db/1", db, planner.StopContainer{Container: handle("shop-db-1")}, "remove web/1"),
			step("remove db/1", db, planner.RemoveContainer{Container: handle("shop-db-1")}, "stop db/1"),
			step("remove network shop_default", net, planner.RemoveNetwork{Name: "shop_default"}, "remove db/1", "remove web/1"),
			step("remove volume shop_data", vol, planner.RemoveVolume{Name: "shop_data"}, "remove db/1"),
		},
	}
}

// unchangedPlan has nothing to do.
func unchangedPlan() planner.Plan {
	plan := planner.Plan{Project: "shop"}
	for _, service := range []string{"api", "db", "migrate", "web", "worker"} {
		plan.Changes = append(plan.Changes, planner.Change{
			Ref: state.ContainerRef(service, 1), Name: "shop-" + service + "-1", Action: planner.NoOp,
		})
	}
	plan.Changes = append(plan.Changes,
		planner.Change{Ref: state.NetworkRef("default"), Name: "shop_default", Action: planner.NoOp},
		planner.Change{Ref: state.VolumeRef("data"), Name: "shop_data", Action: planner.NoOp})
	return plan
}

// scalePlan adds many replicas of one service and takes one of another away.
func scalePlan() planner.Plan {
	plan := planner.Plan{Project: "shop"}
	web := state.ContainerRef("web", 3)
	plan.Changes = append(plan.Changes, planner.Change{
		Ref: web, Name: "shop-web-3", Action: planner.Delete, Reasons: []planner.Reason{{Text: "2 wanted"}},
	})
	plan.Nodes = append(plan.Nodes, step("remove web/3", web, planner.RemoveContainer{Container: handle("shop-web-3")}))
	for n := 2; n <= 6; n++ {
		ref, name := state.ContainerRef("worker", n), fmt.Sprintf("shop-worker-%d", n)
		plan.Changes = append(plan.Changes, planner.Change{Ref: ref, Name: name, Action: planner.Create})
		plan.Nodes = append(plan.Nodes,
			step("create "+ref.String(), ref, create(name)),
			step("start "+ref.String(), ref, start(name), planner.ID("create "+ref.String())))
	}
	return plan
}

// runPlan is the plan of the run that is recorded in testdata/run.ndjson.
func runPlan() planner.Plan {
	plan := mixedPlan()
	redis, reports, built := state.ImageRef("redis:7"), state.ContainerRef("reports", 1), state.ImageRef("shop-reports")
	queue := state.ContainerRef("queue", 1)
	plan.Changes = append(plan.Changes,
		planner.Change{Ref: redis, Name: "redis:7", Action: planner.Create},
		planner.Change{Ref: built, Name: "shop-reports", Action: planner.Create},
		planner.Change{Ref: queue, Name: "shop-queue-1", Action: planner.Create},
		planner.Change{Ref: reports, Name: "shop-reports-1", Action: planner.Create},
		planner.Change{Ref: state.NetworkRef("backend"), Name: "shop_backend", Action: planner.Create},
	)
	plan.Nodes = append(plan.Nodes,
		step("pull redis:7", redis, planner.PullImage{Image: "redis:7"}),
		step("build shop-reports", built, planner.BuildImage{Build: state.BuildSpec{Image: "shop-reports"}}),
		step("network backend", state.NetworkRef("backend"), planner.CreateNetwork{Spec: state.NetworkSpec{Config: types.NetworkConfig{Name: "shop_backend"}}}),
		step("create queue/1", queue, create("shop-queue-1"), "network backend", "pull redis:7"),
		step("connect queue/1 shop_default", queue, planner.ConnectNetwork{Container: state.Handle{Name: "shop-queue-1"}}, "create queue/1"),
		step("start queue/1", queue, start("shop-queue-1"), "connect queue/1 shop_default"),
		step("await queue/1 healthy", queue, await("shop-queue-1", state.Healthy), "start queue/1"),
		step("create reports/1", reports, create("shop-reports-1"), "network backend", "build shop-reports"),
		step("start reports/1", reports, start("shop-reports-1"), "create reports/1", "await queue/1 healthy", "await api/1 healthy"),
	)
	return plan
}
