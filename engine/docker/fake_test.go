package docker

import (
	"archive/tar"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

func TestContainerThatVanishesIsLeftOut(t *testing.T) {
	f := serve(t, "1.49")
	f.answer("/v1.49/version", http.StatusOK, map[string]string{})
	f.answer("/v1.49/containers/json", http.StatusOK, []map[string]string{{"Id": "gone"}, {"Id": "here"}})
	f.answer("/v1.49/containers/here/json", http.StatusOK, map[string]any{"Id": "here", "Name": "/web-1"})
	f.answer("/v1.49/containers/gone/json", http.StatusNotFound, map[string]string{"message": "No such container: gone"})
	f.answer("/v1.49/networks", http.StatusOK, []string{})
	f.answer("/v1.49/volumes", http.StatusOK, map[string]string{})
	observed, err := f.connect(t).Observe(t.Context(), state.Scope{Project: "p"})
	assert.NilError(t, err)
	assert.Equal(t, len(observed.Containers), 1)
	assert.Equal(t, observed.Containers[0].Name, "web-1")
}

func TestAContainerIsStuckWhoseStartTheEnginesEndBrokeOff(t *testing.T) {
	const exists = "task 4fac80dcfee3e315e271c11bb54339f2e7e81140803ed181d2bbae481e3a687a: already exists"
	for _, test := range []struct {
		state map[string]any
		stuck bool
	}{
		{map[string]any{"Status": "created", "Error": exists}, true},
		{map[string]any{"Status": "exited", "Error": exists}, true},
		{map[string]any{"Status": "created", "Error": "failed to start shim: mkdir /run/containerd/moby/4fac80dcfee3: file exists: unknown"}, true},
		{map[string]any{"Status": "running", "Running": true, "Error": exists}, false},
		{map[string]any{"Status": "created", "Error": "port is already allocated"}, false},
		{map[string]any{"Status": "created"}, false},
	} {
		f := serve(t, "1.49")
		f.answer("/v1.49/version", http.StatusOK, map[string]string{})
		f.answer("/v1.49/containers/json", http.StatusOK, []map[string]string{{"Id": "1"}})
		f.answer("/v1.49/containers/1/json", http.StatusOK, map[string]any{"Id": "1", "Name": "/web-1", "State": test.state})
		f.answer("/v1.49/networks", http.StatusOK, []string{})
		f.answer("/v1.49/volumes", http.StatusOK, map[string]string{})
		observed, err := f.connect(t).Observe(t.Context(), state.Scope{Project: "p"})
		assert.NilError(t, err)
		assert.Equal(t, observed.Containers[0].Stuck, test.stuck, "%v", test.state)
	}
}

func TestNetworkThatOnlyBeginsLikeAName(t *testing.T) {
	f := serve(t, "1.49")
	f.answer("/v1.49/version", http.StatusOK, map[string]string{})
	f.answer("/v1.49/containers/json", http.StatusOK, []string{})
	f.answer("/v1.49/networks", http.StatusOK, []string{})
	f.answer("/v1.49/networks/abc", http.StatusOK, map[string]string{"Id": "abcdef", "Name": "other"})
	f.answer("/v1.49/volumes", http.StatusOK, map[string]string{})
	observed, err := f.connect(t).Observe(t.Context(), state.Scope{Project: "p", Networks: []string{"abc"}})
	assert.NilError(t, err)
	assert.Equal(t, len(observed.Networks), 0)
}

func TestAddressesOfSomebodyElseAreNoConflictThatPasses(t *testing.T) {
	for _, test := range []struct {
		project, hint string
		passes        bool
	}{
		{"q", "network other has these addresses", false},
		{"p", "another network has these addresses", true}, // it may be about to go
	} {
		f := serve(t, "1.49")
		f.answer("/v1.49/version", http.StatusOK, map[string]string{})
		f.answer("POST /v1.49/networks/create", http.StatusForbidden, map[string]string{"message": "Pool overlaps with other one on this address space"})
		f.answer("/v1.49/networks", http.StatusOK, []map[string]any{{
			"Name": "other", "Labels": map[string]string{state.LabelProject: test.project},
			"IPAM": map[string]any{"Config": []map[string]string{{"Subnet": "10.1.0.0/16"}}},
		}})
		spec := state.NetworkSpec{Labels: map[string]string{state.LabelProject: "p"}}
		spec.Config.Name = "p_net"
		spec.Config.Ipam.Config = []*types.IPAMPool{{Subnet: "10.1.2.0/24"}}
		err := f.connect(t).CreateNetwork(t.Context(), spec)
		assert.ErrorContains(t, err, test.hint)
		assert.Equal(t, errors.Is(err, engine.ErrConflict), test.passes)
	}
}

func TestStartsThatFail(t *testing.T) {
	for _, test := range []struct{ message, expect string }{
		{
			"driver failed programming external connectivity on endpoint x: Bind for 0.0.0.0:8080 failed: port is already allocated",
			"port is already allocated; port 8080 is published by container holder: stop it, or publish another port",
		},
		{
			"Error starting userland proxy: listen tcp4 0.0.0.0:9: bind: address already in use",
			"address already in use; port 9 is taken by another program: `ss -ltnup 'sport = :9'` shows which; stop it, or publish another port",
		},
		{"address already in use", "start container web-1: address already in use"},
		{`exec: "x": executable file not found in $PATH`, "$PATH; the command is not in the image: check command and entrypoint"},
		{`exec: "/x": permission denied`, "permission denied; the command is not executable: check its mode"},
		{
			"task 4fac80dcfee3e315e271c11bb54339f2e7e81140803ed181d2bbae481e3a687a: already exists",
			"already exists; the engine ended while it started this container, and what is left of that is in the way: `stack up` creates a new one",
		},
		{
			"id already in use",
			"id already in use; the engine has lost track of this container's process, which may run: " +
				"`ctr --namespace moby task rm --force web-1` ends it, with the --address of the engine's containerd",
		},
		{"out of luck", "start container web-1: out of luck"},
	} {
		f := serve(t, "1.49")
		f.answer("POST /v1.49/containers/web-1/start", http.StatusInternalServerError, map[string]string{"message": test.message})
		f.answer("/v1.49/containers/json", http.StatusOK, []map[string]any{{"Names": []string{"/holder"}, "Ports": []map[string]any{{"PublicPort": 8080}}}})
		err := f.connect(t).StartContainer(t.Context(), "web-1")
		assert.ErrorContains(t, err, test.expect)
	}
}

func TestAStopWithoutAnEndIsNotCutOff(t *testing.T) {
	never := -time.Second
	for name, test := range map[string]struct {
		own  int // of the container
		told *time.Duration
	}{"of the container": {-1, nil}, "of the call": {10, &never}} {
		t.Run(name, func(t *testing.T) {
			f := serve(t, "1.49")
			f.answer("/v1.49/containers/web-1/json", http.StatusOK, map[string]any{"Id": "1", "Config": map[string]any{"StopTimeout": test.own}})
			f.answer("POST /v1.49/containers/web-1/stop", http.StatusNoContent, nil)
			env := variables{"DOCKER_HOST": f.host(), "DOCKER_CONFIG": "/nonexistent", VariableEngineTimeout: "99ms"} // less than a second for a stop
			connection, err := Connect(Options{Getenv: env.get})
			assert.NilError(t, err)
			assert.NilError(t, connection.Engine().StopContainer(t.Context(), "web-1", state.StopOptions{Timeout: test.told}))
			assert.NilError(t, connection.Close())
		})
	}
}

func TestRemovalThatIsInProgressIsWaitedFor(t *testing.T) {
	f := serve(t, "1.49")
	f.answer("DELETE /v1.49/containers/web-1", http.StatusConflict, map[string]string{"message": "removal of container web-1 is already in progress"})
	f.answer("POST /v1.49/containers/web-1/wait", http.StatusOK, map[string]int{"StatusCode": 0})
	assert.NilError(t, f.connect(t).RemoveContainer(t.Context(), "web-1", state.RemoveOptions{}))
}

func TestWatchEndsWithTheStream(t *testing.T) {
	f := serve(t, "1.49")
	f.mux.HandleFunc("/v1.49/events", func(w http.ResponseWriter, r *http.Request) {
		assert.Check(t, r.URL.Query().Get("since") != "")
		fmt.Fprint(w, `{"Type":"container","Action":"health_status: healthy","Actor":{"ID":"1","Attributes":{"name":"web-1","image":"x","com.docker.compose.service":"web"}},"timeNano":5}
{"Type":"container","Action":"die","Actor":{"ID":"1","Attributes":{"name":"web-1","exitCode":"137"}},"timeNano":6}
{"Type":"container","Action":"exec_start: x","Actor":{"ID":"1"}}`)
	})
	readies := 0
	var seen []string
	err := f.connect(t).Watch(t.Context(), "p", func() { readies++ }, func(o state.Occurrence) {
		seen = append(seen, fmt.Sprint(o.Container, o.Name, o.Service, o.Action, o.ExitCode, o.At.UnixNano(), o.Labels))
	})
	assert.Error(t, err, "watch p: the engine closed the event stream")
	assert.Equal(t, readies, 1)
	assert.DeepEqual(t, seen, []string{
		"1web-1webhealthy0 5 map[com.docker.compose.service:web]",
		"1web-1die137 6 map[]",
	})
}

func TestFilesAreOneArchive(t *testing.T) {
	files := []state.File{
		{Name: "secret/b", Target: "/run/b", Mode: 0o400, UID: 7, GID: 8, Content: state.Content("hush")},
		{Name: "config/a", Target: "/a", Mode: 0o444},
	}
	first, err := archiveFiles(files)
	assert.NilError(t, err)
	again, err := archiveFiles(files)
	assert.NilError(t, err)
	assert.Equal(t, first.String(), again.String())
	archive := tar.NewReader(first)
	header, err := archive.Next()
	assert.NilError(t, err)
	assert.Equal(t, header.Name, "a")
	header, err = archive.Next()
	assert.NilError(t, err)
	assert.Equal(t, fmt.Sprint(header.Name, header.Uid, header.Gid, header.Mode, header.Size), "run/b7 8 256 4")
}

func TestFilesAreNotShownInErrors(t *testing.T) {
	f := serve(t, "1.49")
	f.answer("PUT /v1.49/containers/web-1/archive", http.StatusBadRequest, map[string]string{"message": "container rootfs is marked read-only"})
	err := f.connect(t).WriteFiles(t.Context(), "web-1", []state.File{{Name: "secret/b", Target: "/b", Content: state.Content("hush")}})
	assert.Error(t, err, "write secret/b into container web-1: container rootfs is marked read-only")
}

func TestRenames(t *testing.T) {
	f := serve(t, "1.49")
	f.answer("POST /v1.49/containers/old/rename", http.StatusNotFound, map[string]string{"message": "No such container: old"})
	f.answer("/v1.49/containers/new/json", http.StatusOK, map[string]string{"Id": "1234567890123"})
	f.answer("POST /v1.49/containers/1234567890123/rename", http.StatusConflict, map[string]string{"message": "the name is in use"})
	e := f.connect(t)
	assert.ErrorIs(t, e.RenameContainer(t.Context(), "old", "new"), engine.ErrNotFound)
	assert.NilError(t, e.RenameContainer(t.Context(), "1234567890123", "new"))
}

func TestCredentialsAreTheDockerCLIs(t *testing.T) {
	config := dockerConfig(t, `{"auths":{"https://index.docker.io/v1/":{"auth":"bWU6aHVzaA=="},"r.example:5000":{"auth":"eW91Omh1c2g="}}}`)
	connection, err := Connect(Options{Getenv: variables{"DOCKER_CONFIG": config}.get})
	assert.NilError(t, err)
	i := images{connection.daemon}
	for ref, known := range map[string]bool{"redis:7": true, "r.example:5000/x": true, "other.example/x": false} {
		who, err := i.accountFor(ref)
		assert.NilError(t, err)
		assert.Equal(t, who.known, known, ref)
	}
	all, err := i.allAuth()
	assert.NilError(t, err)
	assert.Equal(t, all["r.example:5000"].Username, "you")
}
