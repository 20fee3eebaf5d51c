package e2e_test

import (
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

func TestBuildThatChangesNothingRecreatesNothing(t *testing.T) {
	p := newProject(t, `
services:
  web: {build: ./web, scale: 2}
  beside: {image: stack-e2e/dummy, platform: "${PLATFORM}"}
`)
	p.env = append(p.env, "PLATFORM="+imagePlatform(t, "stack-e2e/dummy"))
	p.write("web/Dockerfile", "FROM stack-e2e/dummy\nCOPY file /file\n")
	p.write("web/file", "one")
	p.ok("up", "-d")
	before := p.containers()
	assert.Equal(t, len(before), 3)

	p.ok("up", "-d", "--build")
	for i, c := range p.containers() {
		assert.Equal(t, c.ID, before[i].ID)
	}
	p.write("web/file", "two")
	p.ok("up", "-d", "--build")
	for i, c := range p.containers() {
		assert.Equal(t, c.ID == before[i].ID, c.Labels[serviceLabel] == "beside")
	}
	assert.Equal(t, p.exec("web-2", "cat", "/file"), "two")
}

// TestImageIsKnownByItsDigest pins a local image where the engine knows a
// digest for it without a registry: containerd's image store does.
func TestImageIsKnownByItsDigest(t *testing.T) {
	image, err := docker.ImageInspect(t.Context(), "stack-e2e/dummy")
	assert.NilError(t, err)
	pinned := image.ID
	if i := slices.IndexFunc(image.RepoDigests, func(digest string) bool { return strings.HasPrefix(digest, "stack-e2e/dummy@") }); i >= 0 {
		pinned = image.RepoDigests[i]
	}
	p := newProject(t, `{services: {web: {image: "${PINNED}", pull_policy: never}}}`)
	p.env = append(p.env, "PINNED="+pinned)
	p.ok("up", "-d")
	assert.Equal(t, p.inspect("web-1").Image, image.ID)
	r := p.record()
	p.ok("up", "-d")
	assert.DeepEqual(t, r.Writes(), r.Writes()[:0])
}

func TestImageOfTheSameTagThatIsAnotherRecreates(t *testing.T) {
	p := newProject(t, `{services: {web: {image: "${IMAGE}", pull_policy: never}}}`)
	image := p.name + "-tagged"
	p.env = append(p.env, "IMAGE="+image)
	tag := func(source string) { command(t, "docker", "tag", source, image) }
	tag("stack-e2e/dummy")
	p.ok("up", "-d")
	first := p.inspect("web-1").ID
	tag("stack-e2e/dummy")
	p.ok("up", "-d")
	assert.Equal(t, p.inspect("web-1").ID, first)

	tag("nginx:1")
	p.ok("up", "-d")
	web := p.inspect("web-1")
	assert.Assert(t, web.ID != first)
	assert.Equal(t, web.Config.Image, image)
	assert.Equal(t, web.Image+"\n", command(t, "docker", "image", "inspect", "--format", "{{.Id}}", "nginx:1"))
}

func imagePlatform(t *testing.T, name string) string {
	t.Helper()
	image, err := docker.ImageInspect(t.Context(), name)
	assert.NilError(t, err)
	return image.Os + "/" + image.Architecture
}
