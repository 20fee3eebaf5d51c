package planner_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// secret gives a service a secret that is in no file.
func secret(content string) func(*state.Service) {
	return func(s *state.Service) { addFile(s, state.File{Target: "/run/secrets/x", Mode: 0o400}, content) }
}

// fromFile gives a service a secret from a file of this machine.
func fromFile(content string) func(*state.Service) {
	return func(s *state.Service) {
		addFile(s, state.File{Target: "/run/secrets/x", Mode: 0o444, Source: "/home/x"}, content)
	}
}

func owned(s *state.Service) { s.Files[0].Owned, s.Files[0].UID = true, 7 }

func addFile(s *state.Service, file state.File, content string) {
	file.Name, file.Content, file.Digest = "secret/x", state.Content(content), "sha256:"+content
	s.Files = append(s.Files, file)
	s.Inputs = map[string]string{file.Name: file.Digest}
}

func readOnly(s *state.Service) { s.Config.ReadOnly = true }

// createdVolumes are the mounts of the first container that a plan creates.
func createdVolumes(t *testing.T, desired state.Desired, observed state.Observed) []types.ServiceVolumeConfig {
	t.Helper()
	plan, err := planner.Up(desired, observed, planner.UpPolicy{})
	assert.NilError(t, err)
	for _, n := range plan.Nodes {
		if create, is := n.Op.(planner.CreateContainer); is {
			return create.Spec.Config.Volumes
		}
	}
	t.Fatal("no container is created")
	return nil
}

// present is an engine that has the images of a project and nothing else.
func present(desired state.Desired) state.Observed {
	observed := holds(desired)
	observed.Containers, observed.Networks = nil, nil
	return observed
}

// keeps puts the files volume that a plan makes into what was observed, and
// mounts it in a service's containers.
func keeps(t *testing.T, desired state.Desired, observed *state.Observed, older bool) (volume string) {
	t.Helper()
	plan, err := planner.Up(desired, present(desired), planner.UpPolicy{})
	assert.NilError(t, err)
	i := slices.IndexFunc(plan.Nodes, func(n planner.Node) bool { return n.Op.Kind() == "WriteVolume" })
	spec := plan.Nodes[i].Op.(planner.WriteVolume).Spec.Volume
	observed.Volumes = append(observed.Volumes, state.ObservedVolume{Name: spec.Config.Name, Labels: spec.Labels})
	mount := state.Mount{Type: "volume", Name: spec.Config.Name, Destination: "/run/secrets/x"}
	if older {
		mount = state.Mount{Type: "bind", Source: "/srv/volumes/" + spec.Config.Name + "/_data/0", Destination: "/run/secrets/x"}
	}
	for i := range observed.Containers {
		observed.Containers[i].Mounts = append(observed.Containers[i].Mounts, mount)
	}
	return spec.Config.Name
}

func TestAFileOfThisMachineIsMounted(t *testing.T) {
	desired := project(service("web", fromFile("a"), readOnly))
	volumes := createdVolumes(t, desired, present(desired))
	assert.DeepEqual(t, volumes, []types.ServiceVolumeConfig{{
		Type: "bind", Source: "/home/x", Target: "/run/secrets/x", ReadOnly: true, Bind: &types.ServiceVolumeBind{},
	}})
}

func TestWhatCannotBeMountedIsWritten(t *testing.T) {
	const written = `
		network default
		create web/1 < network default
		write files web/1 < create web/1
		start web/1 < create web/1, write files web/1`
	local := project(service("web", secret("a")))
	is(t, up(t, local, present(local), planner.UpPolicy{}), written)
	withOwner := project(service("web", fromFile("a"), owned))
	is(t, up(t, withOwner, present(withOwner), planner.UpPolicy{}), written)
	remote := project(service("web", fromFile("a")))
	observed := present(remote)
	observed.Engine.Remote = true
	is(t, up(t, remote, observed, planner.UpPolicy{}), written)
	assert.Equal(t, len(createdVolumes(t, remote, observed)), 0)
}

func TestAReadOnlyRootHasItsFilesFromAVolume(t *testing.T) {
	desired := project(service("web", secret("a"), readOnly, replicas(2)))
	got := up(t, desired, state.Observed{}, planner.UpPolicy{})
	name := strings.Fields(got[strings.Index(got, "volume "):])[1]
	is(t, got, strings.ReplaceAll(`
		network default
		pull web:1
		volume VOLUME < pull web:1
		create web/1 < network default, pull web:1, volume VOLUME
		create web/2 < network default, pull web:1, volume VOLUME
		start web/1 < create web/1
		start web/2 < create web/2`, "VOLUME", name))
	volumes := createdVolumes(t, desired, present(desired))
	assert.DeepEqual(t, volumes, []types.ServiceVolumeConfig{{
		Type: "volume", Source: "shop_" + name, Target: "/run/secrets/x", ReadOnly: true,
		Volume: &types.ServiceVolumeVolume{NoCopy: true, Subpath: "0"},
	}})
}

func TestAFileBelowAMountIsFromAVolume(t *testing.T) {
	for _, mount := range []func(*state.Service){
		func(s *state.Service) { s.Config.Tmpfs = types.StringList{"/run:size=1m"} },
		func(s *state.Service) {
			s.Config.Volumes = []types.ServiceVolumeConfig{{Type: "bind", Source: "/srv", Target: "/run/secrets"}}
		},
	} {
		desired := project(service("web", secret("a"), mount))
		assert.Assert(t, strings.Contains(up(t, desired, present(desired), planner.UpPolicy{}), "volume web.files-"))
	}
	beside := project(service("web", secret("a"), func(s *state.Service) { s.Config.Tmpfs = types.StringList{"/run/secret"} }))
	assert.Assert(t, !strings.Contains(up(t, beside, present(beside), planner.UpPolicy{}), "volume web.files-"))
}

func TestAnotherContentIsAnotherVolume(t *testing.T) {
	for name, older := range map[string]bool{"today": false, "older": true} {
		t.Run(name, func(t *testing.T) {
			desired := project(service("web", secret("a"), readOnly))
			observed := holds(desired)
			before := keeps(t, desired, &observed, older)
			plan, err := planner.Up(desired, observed, planner.UpPolicy{})
			assert.NilError(t, err)
			assert.Assert(t, plan.Empty())

			changed := project(service("web", secret("b"), readOnly))
			got := up(t, changed, observed, planner.UpPolicy{})
			after := strings.Fields(got[strings.Index(got, "volume "):])[1]
			assert.Assert(t, "shop_"+after != before)
			is(t, got, strings.NewReplacer("BEFORE", strings.TrimPrefix(before, "shop_"), "AFTER", after).Replace(`
				volume AFTER
				create web/1 < volume AFTER
				stop web/1 < create web/1 ! StopContainer ! StartContainer ! RemoveContainer
				start web/1 < create web/1, stop web/1 ! StopContainer ! StartContainer ! RemoveContainer
				remove web/1 < start web/1, stop web/1
				remove volume BEFORE < remove web/1
				rename web/1 < remove web/1, start web/1`))
			plan, err = planner.Up(changed, observed, planner.UpPolicy{})
			assert.NilError(t, err)
			assert.Equal(t, len(plan.Consents), 0)
		})
	}
}

func TestAVolumeThatMayNotHaveBeenFilledIsFilledAgain(t *testing.T) {
	desired := project(service("web", secret("a"), readOnly))
	observed := present(desired)
	keeps(t, desired, &observed, false)
	plan, err := planner.Up(desired, observed, planner.UpPolicy{})
	got := shape(t, plan, err)
	assert.Assert(t, strings.Contains(got, "\nvolume web.files-"), got)
	assert.Assert(t, !strings.Contains(got, "remove volume"), got)

	more := project(service("web", secret("a"), readOnly, replicas(2)))
	observed = holds(desired)
	keeps(t, desired, &observed, false)
	assert.Assert(t, !strings.Contains(up(t, more, observed, planner.UpPolicy{}), "volume web.files-"), "a container has it: it was filled")
}

func TestAVolumeStaysAsLongAsAContainerHasIt(t *testing.T) {
	desired := project(service("web", secret("a"), readOnly))
	observed := holds(desired)
	keeps(t, desired, &observed, false)
	for _, policy := range []planner.UpPolicy{{Recreate: planner.RecreateNever}, {}} {
		other := project(service("web", secret("b"), readOnly))
		if policy.Recreate == "" { // an orphan has it
			other = project(service("other"))
		}
		assert.Assert(t, !strings.Contains(up(t, other, observed, policy), "remove volume"))
	}
}

func TestAContainerThatHasItsFilesInAnotherWayIsLeftAlone(t *testing.T) {
	desired := project(service("web", fromFile("a"), readOnly), service("db", fromFile("a")))
	observed := holds(desired)
	observed.Engine.Remote = true
	plan, err := planner.Up(desired, observed, planner.UpPolicy{})
	assert.NilError(t, err)
	assert.Assert(t, plan.Empty())
}

func TestDownRemovesFilesVolumesAndNoOthers(t *testing.T) {
	desired := project(service("web", secret("a"), readOnly), service("db"))
	desired.Volumes = []state.Volume{{Key: "data", Hash: "v", Config: types.VolumeConfig{Name: "shop_data"}}}
	observed := holds(desired)
	name := keeps(t, desired, &observed, false)
	observed.Containers = observed.Containers[:1]
	removed := func(policy planner.DownPolicy) []string {
		plan, err := planner.Down(desired, observed, policy)
		assert.NilError(t, err)
		var all []string
		for _, n := range plan.Nodes {
			if remove, is := n.Op.(planner.RemoveVolume); is {
				all = append(all, remove.Name)
			}
		}
		return all
	}
	assert.DeepEqual(t, removed(planner.DownPolicy{}), []string{name})
	assert.DeepEqual(t, removed(planner.DownPolicy{Services: []string{"web"}}), []string{name})
	assert.Equal(t, len(removed(planner.DownPolicy{Services: []string{"db"}})), 0)
	assert.DeepEqual(t, removed(planner.DownPolicy{Volumes: true}), []string{"shop_data", name})
}

func TestWhatHasToBeCopiedAndCannotBeIsAnError(t *testing.T) {
	desired := project(service("web", fromFile("a")))
	desired.Services[0].Files[0].Unread = "open /home/x: permission denied"
	observed := present(desired)
	createdVolumes(t, desired, observed)
	observed.Engine.Remote = true
	_, err := planner.Up(desired, observed, planner.UpPolicy{})
	assert.ErrorContains(t, err, "service web: secret/x from /home/x has to be copied into the container, as the engine is on another machine, and cannot be: open /home/x: permission denied")
}
