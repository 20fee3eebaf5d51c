package remote_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/internal/remote"
	"github.com/stackctl/stack/internal/remote/remotetest"
)

func TestWhatIsPublishedIsFetched(t *testing.T) {
	p := newPlace(t)
	digest := p.publish("team/shop:1",
		compose("services: {a: {}}"), compose("services: {b: {}}"),
		remote.File{Kind: remote.Base, Name: "0a.yaml", Content: []byte("services: {c: {}}")},
		remote.File{Kind: remote.Env, Name: "0b.env", Content: []byte("A=1")})
	file, err := p.fetch(p.address("team/shop:1"))
	assert.NilError(t, err)
	for name, want := range map[string]string{
		"compose.yaml": "services: {a: {}}\n---\nservices: {b: {}}", "0a.yaml": "services: {c: {}}", "0b.env": "A=1",
	} {
		content, err := os.ReadFile(filepath.Join(filepath.Dir(file), name))
		assert.NilError(t, err)
		assert.Equal(t, string(content), want)
	}
	again, err := p.fetch(p.address("team/shop@" + digest))
	assert.NilError(t, err)
	assert.Equal(t, again, file)
}

func TestSameProjectHasTheSameDigest(t *testing.T) {
	p := newPlace(t)
	first := p.publish("shop:1", compose("a"))
	assert.Equal(t, p.publish("shop:2", compose("a")), first)
	assert.Assert(t, p.publish("shop:2", compose("b")) != first)
	assert.Equal(t, p.fetched(p.address("shop:2")), "b")
}

func TestTagIsAskedForEachTimeAndADigestNever(t *testing.T) {
	p := newPlace(t)
	digest := p.publish("shop:1", compose("first"))
	assert.Equal(t, p.fetched(p.address("shop:1")), "first")
	p.publish("shop:1", compose("second"))
	assert.Equal(t, p.fetched(p.address("shop:1")), "second")
	p.Registry.Close()
	assert.Equal(t, p.fetched(p.address("shop@"+digest)), "first")
	p.fails(p.address("shop:1"), "connection refused")
	p.options.Offline = true
	assert.Equal(t, p.fetched(p.address("shop@"+digest)), "first")
	p.fails(p.address("shop:1"), "can only be asked for")
	p.fails(p.address("shop@sha256:"+strings.Repeat("0", 64)), "not in the cache")
}

func TestUnchangedTagIsNotFetchedAgain(t *testing.T) {
	p := newPlace(t)
	p.publish("shop:1", compose("first"))
	p.fetched(p.address("shop:1"))
	blobs := len(p.Requests("GET /v2/shop/blobs"))
	p.fetched(p.address("shop:1"))
	assert.Equal(t, len(p.Requests("GET /v2/shop/blobs")), blobs)
}

func TestWhatAKilledRunLeftIsRemovedLater(t *testing.T) {
	p := newPlace(t)
	p.publish("shop:1", compose("first"))
	old, young := filepath.Join(p.options.Cache, "oci/.making-old"), filepath.Join(p.options.Cache, "oci/.making-young")
	for _, dir := range []string{old, young} {
		assert.NilError(t, os.MkdirAll(filepath.Join(dir, "x"), 0o700))
	}
	yesterday := time.Now().Add(-25 * time.Hour)
	assert.NilError(t, os.Chtimes(old, yesterday, yesterday))
	p.fetched(p.address("shop:1"))
	_, err := os.Stat(old)
	assert.Assert(t, os.IsNotExist(err), "%v", err)
	_, err = os.Stat(young)
	assert.NilError(t, err, "another run may be making it")
}

func TestAddressIsAskedForOnceARun(t *testing.T) {
	p := newPlace(t)
	p.publish("shop:1", compose("first"))
	remotes := remote.All(p.options)
	for _, tag := range []string{"1", "none", "1", "none"} {
		_, err := remotes[0].Fetch(t.Context(), p.address("shop:"+tag))
		assert.Equal(t, err == nil, tag == "1", "%v", err)
	}
	assert.Equal(t, len(p.Requests("HEAD /v2/shop/manifests/none")), 1)
	asked := p.Requests("HEAD /v2/shop/manifests/1")
	assert.Equal(t, len(asked), 2, "%v: published, and fetched", asked)
}

func TestRegistryOfOCI10IsServed(t *testing.T) {
	p := newPlace(t)
	refused := 0
	p.Instead(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPut || !strings.Contains(r.URL.Path, "/manifests/") || refused > 0 {
			return false
		}
		refused++
		w.WriteHeader(http.StatusBadRequest)
		return true
	})
	p.publish("shop:1", compose("old"))
	var manifest v1.Manifest
	assert.NilError(t, json.Unmarshal(p.Get("shop/manifests/1"), &manifest))
	assert.Equal(t, manifest.ArtifactType, "")
	assert.Equal(t, manifest.Config.MediaType, "application/vnd.docker.compose.config.empty.v1+json")
	assert.Equal(t, p.fetched(p.address("shop:1")), "old")
}

func TestManifestIsDockerComposes(t *testing.T) {
	p := newPlace(t)
	p.publish("shop:1", compose("a"), remote.File{Kind: remote.Env, Name: "0b.env", Content: []byte("A=1")})
	var manifest v1.Manifest
	assert.NilError(t, json.Unmarshal(p.Get("shop/manifests/1"), &manifest))
	assert.Equal(t, manifest.ArtifactType, "application/vnd.docker.compose.project")
	assert.Equal(t, manifest.Config.MediaType, v1.MediaTypeEmptyJSON)
	assert.Equal(t, manifest.Layers[0].MediaType, "application/vnd.docker.compose.file+yaml")
	assert.DeepEqual(t, manifest.Layers[0].Annotations, map[string]string{
		"com.docker.compose.file": "compose.yaml", "com.docker.compose.version": "5.5.0",
	})
	assert.Equal(t, manifest.Layers[1].MediaType, "application/vnd.docker.compose.envfile")
	assert.Equal(t, manifest.Layers[1].Annotations["com.docker.compose.envfile"], "0b.env")
}

func TestArtifactThatCannotBeUsedIsRefused(t *testing.T) {
	p := newPlace(t)
	good := p.Put("shop", []byte("services: {}"))
	layer := func(kind string, of digest.Digest, size int64, annotations ...string) v1.Descriptor {
		l := v1.Descriptor{MediaType: kind, Digest: of, Size: size, Annotations: map[string]string{}}
		for i := 0; i+1 < len(annotations); i += 2 {
			l.Annotations[annotations[i]] = annotations[i+1]
		}
		return l
	}
	const file, env, project = "application/vnd.docker.compose.file+yaml", "application/vnd.docker.compose.envfile", "application/vnd.docker.compose.project"
	spoilt := p.Put("shop", []byte("right"))
	p.Spoil("shop", spoilt, []byte("wrong"))
	for name, c := range map[string]struct {
		manifest v1.Manifest
		word     string
	}{
		"image":     {v1.Manifest{Config: v1.Descriptor{MediaType: v1.MediaTypeImageConfig}}, "not a compose project, but an image"},
		"other":     {v1.Manifest{ArtifactType: "application/x"}, "not a compose project, but application/x"},
		"empty":     {v1.Manifest{ArtifactType: project}, "no compose file"},
		"spoilt":    {v1.Manifest{ArtifactType: project, Layers: []v1.Descriptor{layer(file, spoilt, 5)}}, "something else than its digest says"},
		"absent":    {v1.Manifest{ArtifactType: project, Layers: []v1.Descriptor{layer(file, digest.FromString("x"), 1)}}, "no such artifact"},
		"huge":      {v1.Manifest{ArtifactType: project, Layers: []v1.Descriptor{layer(file, good, 1<<40)}}, "no more than"},
		"traversal": {v1.Manifest{ArtifactType: project, Layers: []v1.Descriptor{layer(env, good, 12, "com.docker.compose.envfile", "../../x")}}, "a plain name is expected"},
		"base":      {v1.Manifest{ArtifactType: project, Layers: []v1.Descriptor{layer(file, good, 12, "com.docker.compose.extends", "true", "com.docker.compose.file", "/etc/x")}}, "a plain name is expected"},
		"windows":   {v1.Manifest{ArtifactType: project, Layers: []v1.Descriptor{layer(env, good, 12, "com.docker.compose.envfile", `..\x`)}}, "a plain name is expected"},
		"nameless":  {v1.Manifest{ArtifactType: project, Layers: []v1.Descriptor{layer(env, good, 12)}}, "a plain name is expected"},
		"digest":    {v1.Manifest{ArtifactType: project, Layers: []v1.Descriptor{layer(file, "md5:x", 12)}}, "digest"},
	} {
		t.Run(name, func(t *testing.T) {
			content, err := json.Marshal(c.manifest)
			assert.NilError(t, err)
			p.PutManifest("shop", name, v1.MediaTypeImageManifest, content)
			p.fails(p.address("shop:"+name), c.word)
		})
	}
	kept, err := filepath.Glob(filepath.Join(p.options.Cache, "oci", "*"))
	assert.NilError(t, err)
	assert.Equal(t, len(kept), 0, "%v", kept)
}

func TestIndexWithAProjectIsFetched(t *testing.T) {
	p := newPlace(t)
	of := p.publish("shop:1", compose("in an index"))
	index := func(artifactType string) []byte {
		content, err := json.Marshal(v1.Index{MediaType: v1.MediaTypeImageIndex, Manifests: []v1.Descriptor{{
			MediaType: v1.MediaTypeImageManifest, ArtifactType: artifactType,
			Digest: digest.Digest(of), Size: int64(len(p.Get("shop/manifests/1"))),
		}}})
		assert.NilError(t, err)
		return content
	}
	p.PutManifest("shop", "all", v1.MediaTypeImageIndex, index("application/vnd.docker.compose.project"))
	assert.Equal(t, p.fetched(p.address("shop:all")), "in an index")
	p.PutManifest("shop", "images", v1.MediaTypeImageIndex, index(""))
	p.fails(p.address("shop:images"), "not a compose project, but an index")
}

func TestLoginIsNeeded(t *testing.T) {
	p := newPlace(t)
	p.Login = "ann:hush"
	p.fails(p.address("shop:1"), "`docker login "+p.Address()+"` first")
	secret := "guess"
	p.options.Account = func(registry string) (string, string, error) {
		assert.Equal(t, registry, p.Address())
		return "ann", secret, nil
	}
	p.fails(p.address("shop:1"), "refuses ann")
	secret = "hush"
	p.publish("shop:1", compose("private"))
	assert.Equal(t, p.fetched(p.address("shop:1")), "private")
	p.fails(p.address("shop:2"), "no such artifact", "check its name and tag")
}

func TestSilentRegistryIsGivenUp(t *testing.T) {
	p := newPlace(t)
	p.publish("shop:1", compose("a"))
	p.options.Patience = func() (time.Duration, error) { return 50 * time.Millisecond, nil }
	p.Instead(func(_ http.ResponseWriter, r *http.Request) bool {
		<-r.Context().Done()
		return true
	})
	p.fails(p.address("shop:1"), "nothing came for 50ms")
}

func TestRemotesAreSwitchedOff(t *testing.T) {
	p := newPlace(t)
	value := "false"
	p.options.Getenv = func(string) string { return value }
	p.fails(p.address("shop:1"), "COMPOSE_EXPERIMENTAL_OCI_REMOTE=false")
	p.fails("https://git.example/a.git", "COMPOSE_EXPERIMENTAL_GIT_REMOTE=false")
	value = "perhaps"
	p.fails(p.address("shop:1"), `expected true or false, found "perhaps"`)
	assert.Equal(t, len(p.Requests("")), 0)
}

func TestImagesArePublishedBesideTheProject(t *testing.T) {
	p := newPlace(t)
	other := remotetest.NewRegistry()
	t.Cleanup(other.Close)
	config := []byte(`{"architecture":"amd64"}`)
	blob := other.Put("app", config)
	image, err := json.Marshal(v1.Manifest{MediaType: v1.MediaTypeImageManifest,
		Config: v1.Descriptor{MediaType: v1.MediaTypeImageConfig, Digest: blob, Size: int64(len(config))}})
	assert.NilError(t, err)
	of := other.PutManifest("app", "1", v1.MediaTypeImageManifest, image)

	_, err = remote.Publish(t.Context(), p.options, remote.Publication{
		Repository: p.Address() + "/shop:1", Files: []remote.File{compose("a")}, Images: []string{other.Address() + "/app:1"},
	})
	assert.NilError(t, err)
	assert.Equal(t, string(p.Get("shop/manifests/"+of.String())), string(image))
	assert.Equal(t, string(p.Get("shop/blobs/"+blob.String())), string(config))
	assert.Equal(t, p.fetched(p.address("shop:1")), "a", "the tag is the project's")
	var index v1.Index
	for _, request := range p.Requests("PUT /v2/shop/manifests/") {
		if content := p.Get(strings.TrimPrefix(request, "PUT /v2/")); strings.Contains(string(content), `"subject"`) {
			assert.NilError(t, json.Unmarshal(content, &index))
		}
	}
	assert.Equal(t, index.Subject.ArtifactType, "application/vnd.docker.compose.project")
	assert.Equal(t, index.Manifests[0].Digest, of)
}
