package swarm_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/swarm"
	"github.com/docker/docker/api/types/system"
	"github.com/docker/docker/api/types/volume"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/engine/docker"
	stackswarm "github.com/stackctl/stack/engine/swarm"
	"github.com/stackctl/stack/state"
)

// fake is a manager that says what it is told to say.
type fake struct {
	mu      sync.Mutex
	version uint64
	gone    bool
	looks   int
	asked   []string // for networks
	nodes   int      // how often they were asked for
	removed bool     // a past task was on a node that is none any more
	looked  func()   // called at each look
	unled   int      // how often it still has no leader
}

// machinesHost and swarmsHost are the ids of the network host: that of the machine that answers, and
// the Swarm's, which no list has.
const machinesHost, swarmsHost = "h0", "h1"

func (f *fake) change() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.version++
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasSuffix(r.URL.Path, "/events") {
		w.(http.Flusher).Flush()
		<-r.Context().Done()
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	var answer any
	switch path := regexp.MustCompile(`^/v1\.\d+`).ReplaceAllString(r.URL.Path, ""); path {
	case "/_ping":
		w.Header().Set("Api-Version", "1.41")
		return
	case "/info":
		answer = system.Info{Swarm: swarm.Info{NodeID: "n1", ControlAvailable: true, LocalNodeState: swarm.LocalNodeStateActive}}
	case "/services":
		if f.unled > 0 {
			f.unled--
			w.WriteHeader(http.StatusInternalServerError)
			_, _ = w.Write([]byte(`{"message": "rpc error: code = Unknown desc = The swarm does not have a leader."}`))
			return
		}
		s := swarm.Service{ID: "s1", Spec: swarm.ServiceSpec{Annotations: swarm.Annotations{
			Name: "shop_web", Labels: map[string]string{state.LabelNamespace: "shop"},
		}}}
		s.Version.Index = f.version
		s.Spec.TaskTemplate.Networks = []swarm.NetworkAttachmentConfig{{Target: swarmsHost}}
		s.PreviousSpec = &swarm.ServiceSpec{Annotations: s.Spec.Annotations, TaskTemplate: swarm.TaskSpec{
			Networks: []swarm.NetworkAttachmentConfig{{Target: "removed"}},
		}}
		answer = []swarm.Service{s}
	case "/tasks":
		f.looks++
		if f.gone {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = w.Write([]byte(`{"message": "the manager has lost its quorum"}`))
			return
		}
		running := swarm.Task{ID: "t1", ServiceID: "s1", Slot: 1, NodeID: "n1", DesiredState: swarm.TaskStateRunning}
		running.Spec.Networks = []swarm.NetworkAttachmentConfig{{Target: swarmsHost}}
		running.Status.State = swarm.TaskStateRunning
		tasks := []swarm.Task{running}
		if f.removed {
			past := running
			past.ID, past.NodeID, past.DesiredState = "t0", "n0", swarm.TaskStateShutdown
			past.Status.State = swarm.TaskStateFailed
			tasks = append(tasks, past)
		}
		answer = tasks
		if f.looked != nil {
			f.looked()
		}
	case "/nodes":
		f.nodes++
		answer = []swarm.Node{{ID: "n1", Description: swarm.NodeDescription{Hostname: "one"}}}
	case "/version":
		answer = types.Version{Version: "20.10.24"}
	case "/volumes":
		answer = volume.ListResponse{}
	case "/networks":
		f.asked = append(f.asked, "all")
		answer = []network.Summary{{ID: machinesHost, Name: "host"}}
	case "/networks/" + swarmsHost:
		f.asked = append(f.asked, swarmsHost)
		answer = network.Inspect{ID: swarmsHost, Name: "host"}
	case "/networks/removed":
		f.asked = append(f.asked, "removed")
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte(`{"message": "network removed not found"}`))
		return
	default:
		answer = []string{}
	}
	_ = json.NewEncoder(w).Encode(answer) // the caller sees what is missing
}

func (f *fake) engine(t *testing.T) engine.Engine { return connect(t, f) }

// connect is an engine whose manager is a fake.
func connect(t *testing.T, manager http.Handler) engine.Engine {
	t.Helper()
	server := httptest.NewServer(manager)
	t.Cleanup(server.Close)
	connection, err := docker.Connect(docker.Options{
		Host: strings.Replace(server.URL, "http", "tcp", 1), Getenv: func(string) string { return "" },
	})
	assert.NilError(t, err)
	t.Cleanup(func() { assert.Check(t, connection.Close()) })
	return stackswarm.New(connection)
}

func TestFollowTellsChangesAlone(t *testing.T) {
	f := &fake{version: 1}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var versions []uint64
	err := f.engine(t).Follow(ctx, "shop", func(c state.Cluster) {
		assert.Equal(t, c.Services[0].Service, "web")
		assert.Equal(t, c.Tasks[0].Name, "shop_web.1")
		assert.Equal(t, c.Tasks[0].Node, "one")
		assert.Assert(t, c.Tasks[0].Current)
		if versions = append(versions, c.Services[0].Version); len(versions) == 3 {
			cancel()
		}
		f.change()
	})
	assert.NilError(t, err)
	assert.DeepEqual(t, versions, []uint64{1, 2, 3})
}

func TestANodesOwnNetworkIsKnownByItsName(t *testing.T) {
	f := &fake{version: 1}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	e := f.engine(t)
	err := e.Follow(ctx, "shop", func(c state.Cluster) {
		assert.Equal(t, c.Services[0].Spec.TaskTemplate.Networks[0].Target, "host")
		assert.Equal(t, c.Services[0].Previous.TaskTemplate.Networks[0].Target, "removed")
		if c.Services[0].Version == 3 {
			cancel()
		}
		f.change()
	})
	assert.NilError(t, err)
	assert.DeepEqual(t, f.asked, []string{"all", swarmsHost, "removed"})

	observed, err := e.Observe(t.Context(), state.Scope{Project: "shop"})
	assert.NilError(t, err)
	assert.Equal(t, observed.Services[0].Spec.TaskTemplate.Networks[0].Target, "host")
	all, err := e.AllServices(t.Context())
	assert.NilError(t, err)
	assert.Equal(t, all[0].Spec.TaskTemplate.Networks[0].Target, "host")
}

func TestFollowGoesOnWhenALeaderIsElected(t *testing.T) {
	f := &fake{version: 1}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var versions []uint64
	err := f.engine(t).Follow(ctx, "shop", func(c state.Cluster) {
		if versions = append(versions, c.Services[0].Version); len(versions) == 2 {
			cancel()
		}
		f.change()
		f.mu.Lock()
		defer f.mu.Unlock()
		f.unled = 5
	})
	assert.NilError(t, err)
	assert.DeepEqual(t, versions, []uint64{1, 2})
}

func TestANodeThatWasRemovedIsAskedForOnce(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	f := &fake{version: 1, removed: true}
	f.looked = func() {
		if f.looks == 4 {
			cancel()
		}
	}
	told := 0
	assert.NilError(t, f.engine(t).Follow(ctx, "shop", func(state.Cluster) { told++ }))
	assert.Equal(t, told, 1)
	assert.Equal(t, f.nodes, 1)
}

func TestFollowEndsWithASwarmThatCannotBeLookedAt(t *testing.T) {
	f := &fake{version: 1}
	err := f.engine(t).Follow(t.Context(), "shop", func(state.Cluster) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.gone = true
	})
	assert.ErrorContains(t, err, "lost its quorum")
	assert.Equal(t, f.looks, 2)
}
