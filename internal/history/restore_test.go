package history_test

import (
	"errors"
	"os"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/stackctl/stack/internal/history"
	"github.com/stackctl/stack/state"
)

// web is a service with a password and a config of that content.
func web(password, content string) state.Service {
	config := types.ServiceConfig{Name: "web", ContainerSpec: types.ContainerSpec{
		Image: "nginx", Environment: types.MappingWithEquals{"PASSWORD": &password},
	}}
	hash, err := state.ServiceHash(config)
	if err != nil {
		panic(err) // it has nothing that cannot be hashed
	}
	digest := "sha256:of " + content
	return state.Service{
		Name: "web", Config: config, Written: config, Hash: hash, Replicas: 1, Inputs: map[string]string{"config/c": digest},
		Files: []state.File{{Name: "config/c", Target: "/c", Digest: digest, Content: state.Content(content)}},
	}
}

func shop(services ...state.Service) state.Desired {
	d := state.Desired{Project: state.Project{Name: "shop"}, Services: services}
	for _, s := range services {
		d.Known = append(d.Known, s.Name)
	}
	return d
}

func TestWhatIsNotAsItWasIsNamed(t *testing.T) {
	r := keep(t, history.Revision{Desired: shop(web("first password", "first content"))})
	today := history.Today{Desired: shop(web("second password", "second content"))}
	_, _, err := today.Restore(r, nil)
	assert.ErrorIs(t, err, history.ErrChanged)
	assert.ErrorContains(t, err, "service web: environment.PASSWORD is not what it was in revision 1")
	assert.ErrorContains(t, err, "service web: config/c is not what it was in revision 1")

	today.Instead = true
	restored, warnings, err := today.Restore(r, nil)
	assert.NilError(t, err)
	assert.DeepEqual(t, warnings, []string{
		"service web: environment.PASSWORD is as it is now, not as it was in revision 1",
		"service web: config/c is as it is now, not as it was in revision 1",
	})
	assert.DeepEqual(t, restored.Services[0], web("second password", "second content")) // the hash and the digests too

	_, _, err = history.Today{Instead: true}.Restore(r, nil)
	assert.ErrorIs(t, err, history.ErrGone)
}

func TestServicesThatAreNotNamedNeedNothing(t *testing.T) {
	other := web("of another", "content of another")
	other.Name = "other"
	r := keep(t, history.Revision{Desired: shop(other, web("first password", "first content"))})
	today := history.Today{Desired: shop(web("first password", "first content"))}
	restored, _, err := today.Restore(r, []string{"web"})
	assert.NilError(t, err)
	assert.DeepEqual(t, restored.Services[1], web("first password", "first content"))
}

func TestAFileIsReadWhereItWas(t *testing.T) {
	service := web("first password", "x")
	service.Files[0].Source = "/etc/c"
	r := keep(t, history.Revision{Desired: shop(service)})
	today := history.Today{Desired: shop(), Secrets: []string{"first password"}}
	today.Read = func(name string) (state.File, error) {
		if name != "/etc/c" {
			return state.File{}, os.ErrNotExist
		}
		return state.File{Source: name, Digest: "sha256:of x", Content: state.Content("x")}, nil
	}
	restored, _, err := today.Restore(r, nil)
	assert.NilError(t, err)
	assert.DeepEqual(t, restored.Services[0].Files, service.Files)
	today.Read = func(string) (state.File, error) { return state.File{Digest: "sha256:other"}, nil }
	_, _, err = today.Restore(r, nil)
	assert.ErrorIs(t, err, history.ErrGone)
}

func TestAServiceRunsTheImageThatItRan(t *testing.T) {
	service := state.Service{Name: "web", Replicas: 1, Config: types.ServiceConfig{ContainerSpec: types.ContainerSpec{Image: "nginx"}}}
	service.PreStart = []state.PreStart{{Config: service.Config}}
	r := history.Revision{Number: 4, Applied: []state.Container{
		{Service: "web", ImageID: "sha256:run", OneOff: true}, {Service: "web", ImageID: "sha256:old"},
	}}
	is4 := func(images map[string]state.Image, instead bool) (id string, warnings int, err error) {
		restored, told, err := history.Today{Instead: instead}.WithImages(shop(service), r, nil, images)
		return restored.Services[0].ImageID, len(told), err
	}
	id, _, err := is4(map[string]state.Image{"nginx": {ID: "sha256:old"}}, false)
	assert.Check(t, err)
	assert.Check(t, is.Equal(id, "")) // its name still says so
	id, _, err = is4(map[string]state.Image{"nginx": {ID: "sha256:new"}, "sha256:old": {ID: "sha256:old"}}, false)
	assert.Check(t, err)
	assert.Check(t, is.Equal(id, "sha256:old"))
	_, _, err = is4(map[string]state.Image{"nginx": {ID: "sha256:new"}}, false)
	assert.Check(t, errors.Is(err, history.ErrChanged))
	assert.Check(t, is.ErrorContains(err, "service web: the image that it ran in revision 4 (old, then nginx) is not here any more"))
	id, warnings, err := is4(map[string]state.Image{"nginx": {ID: "sha256:new"}}, true)
	assert.Check(t, err)
	assert.Check(t, is.Equal(id, ""))
	assert.Check(t, is.Equal(warnings, 1))

	here := map[string]state.Image{"nginx": {ID: "sha256:new"}, "sha256:old": {ID: "sha256:old"}}
	restored, _, err := history.Today{}.WithImages(shop(service), r, nil, here)
	assert.Check(t, err)
	assert.Check(t, is.Equal(restored.Services[0].PreStart[0].Config.Image, "sha256:old")) // hooks that inherit it too
	assert.Check(t, is.Equal(service.PreStart[0].Config.Image, "nginx"))
}

func TestWhatIsWantedOfTheWholeProject(t *testing.T) {
	named := func(d state.Desired) (names []string) {
		for _, s := range d.Services {
			names = append(names, s.Name+":"+s.Config.Image)
		}
		return names
	}
	service := func(name, image string) state.Service {
		return state.Service{Name: name, Config: types.ServiceConfig{ContainerSpec: types.ContainerSpec{
			Image: image, Networks: map[string]*types.ServiceNetworkConfig{name: nil},
			Volumes: []types.ServiceVolumeConfig{{Type: "volume", Source: name}},
		}}}
	}
	before := shop(service("cache", "1"), service("db", "1"), service("web", "1"))
	for _, key := range []string{"cache", "db", "web"} {
		before.Networks = append(before.Networks, state.Network{Key: key, Hash: "1"})
		before.Volumes = append(before.Volumes, state.Volume{Key: key, Hash: "1"})
	}
	now := shop(service("web", "2"))
	now.Known = []string{"db", "web"}
	now.Networks = []state.Network{{Key: "web", Hash: "2"}}

	merged := history.Wanted(before, now)
	assert.DeepEqual(t, named(merged), []string{"db:1", "web:2"}) // the project has no cache any more
	assert.DeepEqual(t, merged.Networks, []state.Network{{Key: "db", Hash: "1"}, {Key: "web", Hash: "2"}})
	assert.DeepEqual(t, merged.Volumes, []state.Volume{{Key: "db", Hash: "1"}})

	left := history.Without(before, []string{"web"})
	assert.DeepEqual(t, named(left), []string{"cache:1", "db:1"})
	assert.DeepEqual(t, left.Known, before.Known)
	none := history.Without(before, nil)
	assert.DeepEqual(t, none, state.Desired{Project: before.Project})

	part := history.Part(merged, before, []string{"cache", "web"})
	assert.DeepEqual(t, named(part), []string{"cache:1", "web:1"})
	assert.DeepEqual(t, part.Networks, []state.Network{{Key: "cache", Hash: "1"}, {Key: "web", Hash: "1"}})
	assert.DeepEqual(t, part.Known, []string{"cache", "db", "web"})
	assert.DeepEqual(t, named(history.Wanted(merged, part)), []string{"cache:1", "db:1", "web:1"})
}
