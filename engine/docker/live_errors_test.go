package docker_test

import (
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

func TestPortThatIsTaken(t *testing.T) {
	e := live(t)
	name := project(t, e)
	holder := spec(name, "holder", "sleep", "600")
	network := state.NetworkSpec{Config: types.NetworkConfig{Name: name + "_default"}, Labels: map[string]string{state.LabelProject: name}}
	assert.NilError(t, e.CreateNetwork(t.Context(), network))
	holder.Attachments = []state.Attachment{{Network: network.Config.Name}}
	holder.Config.Ports = []types.ServicePortConfig{{Target: 80, HostIP: "127.0.0.1", Protocol: "tcp"}}
	c, err := e.InspectContainer(t.Context(), started(t, e, holder))
	assert.NilError(t, err)
	assert.Equal(t, len(c.Ports), 1)
	port := c.Ports[0]

	late := spec(name, "late", "sleep", "600")
	late.Attachments = holder.Attachments
	late.Config.Ports = []types.ServicePortConfig{{Target: 80, HostIP: "127.0.0.1", Published: itoa(port.PublishedPort), Protocol: "tcp"}}
	id, err := e.CreateContainer(t.Context(), late, nil)
	assert.NilError(t, err)
	err = e.StartContainer(t.Context(), id)
	assert.ErrorContains(t, err, "port is already allocated")
	assert.ErrorContains(t, err, "is published by container "+holder.Name)
}

func TestWhatCannotBeCreated(t *testing.T) {
	e := live(t)
	name := project(t, e)
	t.Run("image that is not there", func(t *testing.T) {
		s := spec(name, "web")
		s.Config.Image = "tb-nosuch:1"
		_, err := e.CreateContainer(t.Context(), s, nil)
		assert.ErrorIs(t, err, engine.ErrNotFound)
		assert.ErrorContains(t, err, "No such image: tb-nosuch:1; pull or build tb-nosuch:1 first")
	})
	t.Run("host path that is not there", func(t *testing.T) {
		s := spec(name, "web", "true")
		s.Config.Volumes = []types.ServiceVolumeConfig{{Type: "bind", Source: "/tb/nosuch", Target: "/x", Bind: &types.ServiceVolumeBind{}}}
		_, err := e.CreateContainer(t.Context(), s, nil)
		assert.ErrorContains(t, err, "bind source path does not exist: /tb/nosuch; create that path")
	})
	t.Run("container to share with that is not there", func(t *testing.T) {
		s := spec(name, "web", "true")
		s.Config.NetworkMode = "container:tb-nosuch"
		_, err := e.CreateContainer(t.Context(), s, nil)
		assert.ErrorIs(t, err, engine.ErrNotFound)
		assert.ErrorContains(t, err, "tb-nosuch")
	})
}

func TestWhatCannotStart(t *testing.T) {
	e := live(t)
	name := project(t, e)
	for _, test := range []struct {
		service string
		change  func(*types.ServiceConfig)
		expect  string
	}{
		{
			service: "missing-command",
			change:  func(c *types.ServiceConfig) { c.Command = types.ShellCommand{"nosuch"} },
			expect:  "the command is not in the image",
		},
		{
			service: "missing-path",
			change:  func(c *types.ServiceConfig) { c.Command = types.ShellCommand{"/no/such"} },
			expect:  "the command is not in the image",
		},
		{
			service: "file-on-directory",
			change: func(c *types.ServiceConfig) {
				c.Volumes = []types.ServiceVolumeConfig{{Type: "bind", Source: "/etc/passwd", Target: "/bin"}}
			},
			expect: "a file is mounted on a directory",
		},
	} {
		t.Run(test.service, func(t *testing.T) {
			s := spec(name, test.service, "sleep", "600")
			test.change(&s.Config)
			id, err := e.CreateContainer(t.Context(), s, nil)
			assert.NilError(t, err)
			err = e.StartContainer(t.Context(), id)
			assert.ErrorContains(t, err, test.expect)
		})
	}
}

func TestPullsThatFail(t *testing.T) {
	e := live(t)
	err := e.PullImage(t.Context(), "tb.invalid/nosuch:1", "", nil)
	assert.ErrorContains(t, err, "pull tb.invalid/nosuch:1: ")
	assert.ErrorContains(t, err, "check the image's name")
}

func TestNetworksAndVolumesAreSafeToRepeat(t *testing.T) {
	e := live(t)
	name := project(t, e)
	ctx := t.Context()
	labels := map[string]string{state.LabelProject: name}
	yes := true
	network := state.NetworkSpec{Labels: labels, Config: types.NetworkConfig{
		Name: name + "_net", Internal: true, Attachable: true, EnableIPv4: &yes,
		Ipam: types.IPAMConfig{Config: []*types.IPAMPool{{Subnet: "10.213.77.0/24", IPRange: "10.213.77.0/25", Gateway: "10.213.77.1"}}},
	}}
	assert.NilError(t, e.CreateNetwork(ctx, network))
	assert.ErrorIs(t, e.CreateNetwork(ctx, network), engine.ErrConflict)
	overlapping := network
	overlapping.Config.Name = name + "_overlap"
	assert.ErrorContains(t, e.CreateNetwork(ctx, overlapping), "choose another subnet")

	volume := state.VolumeSpec{Labels: labels, Config: types.VolumeConfig{Name: name + "_data"}}
	for range 2 {
		assert.NilError(t, e.CreateVolume(ctx, volume))
	}
	s := spec(name, "web", "sleep", "600")
	s.Attachments = []state.Attachment{{Network: network.Config.Name, Aliases: []string{"web"}, Config: &types.ServiceNetworkConfig{Ipv4Address: "10.213.77.9"}}}
	s.Config.Volumes = []types.ServiceVolumeConfig{{Type: "volume", Source: volume.Config.Name, Target: "/data"}}
	id := started(t, e, s)
	assert.ErrorIs(t, e.RemoveNetwork(ctx, network.Config.Name), engine.ErrConflict)
	assert.ErrorIs(t, e.RemoveVolume(ctx, volume.Config.Name), engine.ErrConflict)
	assert.ErrorIs(t, e.RemoveImage(ctx, image), engine.ErrConflict)

	observed, err := e.Observe(ctx, state.Scope{Project: name, Networks: []string{"bridge", "tb-nosuch"}, Volumes: []string{"tb-nosuch"}, Images: []string{image, "tb-nosuch"}})
	assert.NilError(t, err)
	assert.Equal(t, len(observed.Networks), 2)
	assert.Equal(t, observed.Networks[1].Containers[id], s.Name)
	assert.Equal(t, len(observed.Volumes), 1)
	assert.Equal(t, len(observed.Images), 1)
	assert.Assert(t, strings.HasPrefix(observed.Images[image].ID, "sha256:"))
	assert.Equal(t, observed.Containers[0].Networks[network.Config.Name].Address, "10.213.77.9")
	assert.Assert(t, cmp.Contains(observed.Containers[0].Networks[network.Config.Name].Aliases, "web"))

	attachment := s.Attachments[0]
	for range 2 {
		assert.NilError(t, e.DisconnectNetwork(ctx, id, network.Config.Name))
	}
	for range 2 {
		assert.NilError(t, e.ConnectNetwork(ctx, id, attachment))
	}
	assert.NilError(t, e.RemoveContainer(ctx, id, state.RemoveOptions{Force: true}))
	for range 2 {
		assert.NilError(t, e.RemoveNetwork(ctx, network.Config.Name))
		assert.NilError(t, e.RemoveVolume(ctx, volume.Config.Name))
		assert.NilError(t, e.RemoveImage(ctx, "tb-nosuch:1"))
	}
	assert.NilError(t, e.DisconnectNetwork(ctx, "tb-nosuch", network.Config.Name))
}

func TestSharedNamespacesHoldIDs(t *testing.T) {
	e := live(t)
	name := project(t, e)
	owner := spec(name, "owner", "sleep", "600")
	owner.Config.Ipc = "shareable"
	ownerID := started(t, e, owner)
	s := spec(name, "guest", "sleep", "600")
	s.Config.NetworkMode = "container:" + owner.Name
	s.Config.Ipc = "container:" + owner.Name
	s.Config.Pid = "container:" + owner.Name
	s.Config.VolumesFrom = []string{owner.Name + ":ro"}
	c, err := e.InspectContainer(t.Context(), started(t, e, s))
	assert.NilError(t, err)
	assert.Equal(t, c.NetworkMode, "container:"+ownerID)
	assert.Equal(t, c.IpcMode, "container:"+ownerID)
	assert.Equal(t, c.PidMode, "container:"+ownerID)
	assert.DeepEqual(t, c.VolumesFrom, []string{ownerID})
}
