package docker_test

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	dockerimage "github.com/docker/docker/api/types/image"
	"github.com/docker/docker/client"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/fs"

	"github.com/stackctl/stack/e2e/registry"
	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/engine/docker"
	"github.com/stackctl/stack/state"
)

const login = "ann:hush"

// serveImages serves a registry behind a proxy.
func serveImages(t *testing.T, login string) *registry.Proxy {
	t.Helper()
	r, err := registry.Start("../..", t.TempDir(), login)
	assert.NilError(t, err)
	t.Cleanup(func() { assert.Check(t, r.Close()) })
	p, err := registry.Listen(r.Address)
	assert.NilError(t, err)
	t.Cleanup(func() { assert.Check(t, p.Close()) })
	return p
}

// made is a new image of so many bytes, named for a registry, until the end of
// the test. It is not built: a builder would keep its layer.
func made(t *testing.T, e engine.Engine, address string, size int) (ref string) {
	t.Helper()
	ref = address + "/" + project(t, e) + ":1"
	t.Cleanup(func() { assert.Check(t, e.RemoveImage(context.Background(), ref)) })
	content := make([]byte, size)
	_, err := rand.Read(content)
	assert.NilError(t, err)
	var layer bytes.Buffer
	w := tar.NewWriter(&layer)
	assert.NilError(t, w.WriteHeader(&tar.Header{Name: "content", Mode: 0o644, Size: int64(len(content))}))
	_, err = w.Write(content)
	assert.NilError(t, err)
	assert.NilError(t, w.Close())
	host := client.FromEnv
	if given := os.Getenv("STACK_TEST_ENGINE"); given != "" {
		host = client.WithHost(given)
	}
	api, err := client.NewClientWithOpts(host, client.WithAPIVersionNegotiation())
	assert.NilError(t, err)
	defer api.Close()
	body, err := api.ImageImport(t.Context(), dockerimage.ImportSource{Source: &layer, SourceName: "-"}, ref, dockerimage.ImportOptions{})
	assert.NilError(t, err)
	defer body.Close()
	_, err = io.Copy(io.Discard, body)
	assert.NilError(t, err)
	return ref
}

func idOf(t *testing.T, e engine.Engine, ref string) string {
	t.Helper()
	observed, err := e.Observe(t.Context(), state.Scope{Project: "tb-none", Images: []string{ref}})
	assert.NilError(t, err)
	return observed.Images[ref].ID
}

// configured connects with a docker configuration file.
func configured(t *testing.T, config string) engine.Engine {
	t.Helper()
	dir := t.TempDir()
	assert.NilError(t, os.WriteFile(filepath.Join(dir, "config.json"), []byte(config), 0o600))
	t.Setenv("DOCKER_CONFIG", dir)
	return live(t)
}

func authsOf(address, login string) string {
	return fmt.Sprintf(`{"auths":{%q:{"auth":%q}}}`, address, base64.StdEncoding.EncodeToString([]byte(login)))
}

func TestAnImageGoesToItsRegistryAndComesBack(t *testing.T) {
	e, at := live(t), serveImages(t, "")
	const size = 64 << 20 // some engines tell the bytes ten times a second only
	ref := made(t, e, at.Address, size)
	id := idOf(t, e, ref)
	steady := func(verb string) (func(state.Progress), func()) {
		var last state.Progress
		return func(p state.Progress) {
				if p.Layer != "" {
					return
				}
				assert.Check(t, p.Bytes >= last.Bytes && p.Total >= last.Total && p.Bytes <= p.Total, "%s: %+v after %+v", verb, p, last)
				last = p
			}, func() {
				assert.Check(t, last.Bytes == last.Total && last.Total >= size, "%s: %+v", verb, last)
			}
	}
	progress, done := steady("push")
	assert.NilError(t, e.PushImage(t.Context(), ref, progress))
	done()
	digest, err := e.ResolveDigest(t.Context(), ref)
	assert.NilError(t, err)
	assert.Assert(t, strings.HasPrefix(digest, "sha256:"), digest)
	assert.NilError(t, e.RemoveImage(t.Context(), ref))
	assert.Equal(t, idOf(t, e, ref), "")

	progress, done = steady("pull")
	assert.NilError(t, e.PullImage(t.Context(), ref, "linux/amd64", progress))
	done()
	assert.Equal(t, idOf(t, e, ref), id)
	assert.NilError(t, e.RemoveImage(t.Context(), ref))

	pinned := strings.TrimSuffix(ref, ":1") + "@" + digest
	t.Cleanup(func() { assert.Check(t, e.RemoveImage(context.Background(), pinned)) })
	for _, pin := range []string{pinned, ref + "@" + digest} {
		assert.NilError(t, e.PullImage(t.Context(), pin, "", nil))
		assert.Equal(t, idOf(t, e, pin), id, pin)
	}
}

func TestImagesThatAreNotThere(t *testing.T) {
	e, at := live(t), serveImages(t, "")
	ref := at.Address + "/tb-nosuch:1"
	err := e.PullImage(t.Context(), ref, "", nil)
	assert.ErrorIs(t, err, engine.ErrNotFound)
	assert.ErrorContains(t, err, "check the image's name and tag")
	_, err = e.ResolveDigest(t.Context(), ref)
	assert.ErrorIs(t, err, engine.ErrNotFound)
	at.Forget()
	err = e.PushImage(t.Context(), ref, nil)
	assert.ErrorIs(t, err, engine.ErrNotFound)
	assert.ErrorContains(t, err, "build or pull it first")
	assert.Equal(t, len(at.Requests("")), 0)
	for _, wrong := range []string{"UPPER", "a b", "x:"} {
		assert.ErrorContains(t, e.PullImage(t.Context(), wrong, "", nil), "pull "+wrong+": ")
	}
}

func TestLogins(t *testing.T) {
	at := serveImages(t, login)
	host := at.Address
	helper := fs.NewDir(t, "helper", fs.WithFile("docker-credential-tb", "#!/bin/sh\ncat >/dev/null\necho '{\"Username\":\"ann\",\"Secret\":\"hush\"}'\n", fs.WithMode(0o755)))
	t.Setenv("PATH", helper.Path()+":"+os.Getenv("PATH"))
	ref := made(t, live(t), host, 1<<10)

	for name, config := range map[string]string{
		"auths":       authsOf(host, login),
		"credHelpers": fmt.Sprintf(`{"credHelpers":{%q:"tb"}}`, host),
		"credsStore":  `{"credsStore":"tb"}`,
	} {
		t.Run(name, func(t *testing.T) {
			e := configured(t, config)
			assert.NilError(t, e.PushImage(t.Context(), ref, nil))
			assert.NilError(t, e.PullImage(t.Context(), ref, "", nil))
			_, err := e.ResolveDigest(t.Context(), ref)
			assert.NilError(t, err)
		})
	}
	t.Run("DOCKER_AUTH_CONFIG", func(t *testing.T) {
		t.Setenv("DOCKER_AUTH_CONFIG", authsOf(host, login))
		assert.NilError(t, configured(t, `{}`).PullImage(t.Context(), ref, "", nil))
	})
	for name, test := range map[string]struct{ config, say string }{
		"none":           {`{}`, "check the image's name; if it is private, `docker login " + host + "`"},
		"wrong password": {authsOf(host, "ann:guess"), "the registry refuses ann: check the image's name and what ann may do there, or `docker login " + host + "` again"},
	} {
		t.Run(name, func(t *testing.T) {
			e := configured(t, test.config)
			assert.ErrorContains(t, e.PullImage(t.Context(), ref, "", func(p state.Progress) { assert.Check(t, !p.Again, p.Detail) }), test.say)
			assert.ErrorContains(t, e.PushImage(t.Context(), ref, nil), test.say)
			_, err := e.ResolveDigest(t.Context(), ref)
			assert.ErrorContains(t, err, test.say)
			assert.Assert(t, !strings.Contains(err.Error(), "guess"))
		})
	}
	t.Run("helper that is not there", func(t *testing.T) {
		err := configured(t, `{"credsStore":"tb-nosuch"}`).PullImage(t.Context(), ref, "", nil)
		assert.ErrorContains(t, err, "docker-credential-tb-nosuch")
		assert.ErrorContains(t, err, "check credsStore and credHelpers in ")
	})
}

// stumbling answers requests for manifests in the registry's place until two
// tries have failed, as what it returns is told.
func stumbling(at *registry.Proxy, answer http.HandlerFunc) (told func(state.Progress)) {
	var failed atomic.Int64
	at.Instead(func(w http.ResponseWriter, r *http.Request) bool {
		if failed.Load() >= 2 || !strings.Contains(r.URL.Path, "/manifests/") {
			return false
		}
		answer(w, r)
		return true
	})
	return func(p state.Progress) {
		if p.Again {
			failed.Add(1)
		}
	}
}

func TestARegistryThatStumblesIsAskedAgain(t *testing.T) {
	e, at := live(t), serveImages(t, "")
	ref := made(t, e, at.Address, 1<<10)
	for name, answer := range map[string]http.HandlerFunc{
		"with 500":      func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
		"with 503":      func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "busy", http.StatusServiceUnavailable) },
		"by hanging up": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	} {
		t.Run(name, func(t *testing.T) {
			assert.NilError(t, e.PushImage(t.Context(), ref, stumbling(at, answer)))
			assert.NilError(t, e.PullImage(t.Context(), ref, "", stumbling(at, answer)))
			var asked atomic.Int64
			at.Instead(func(w http.ResponseWriter, r *http.Request) bool {
				if asked.Add(1) > 3 {
					return false
				}
				answer(w, r)
				return true
			})
			_, err := e.ResolveDigest(t.Context(), ref)
			assert.NilError(t, err)
		})
	}
}

func TestARegistryThatIsAskedTooOftenIsLeftAlone(t *testing.T) {
	e, at := live(t), serveImages(t, "")
	at.Instead(func(w http.ResponseWriter, _ *http.Request) bool {
		http.Error(w, `{"errors":[{"code":"TOOMANYREQUESTS","message":"You have reached your pull rate limit."}]}`, http.StatusTooManyRequests)
		return true
	})
	err := e.PullImage(t.Context(), at.Address+"/tb-nosuch:1", "", func(p state.Progress) { assert.Check(t, !p.Again, p.Detail) })
	assert.ErrorContains(t, err, "the registry limits how often one may ask without a login: `docker login "+at.Address+"`, or try again later")
}

func TestARegistryThatFallsSilentIsGivenUp(t *testing.T) {
	patient, at := live(t), serveImages(t, "")
	t.Setenv(docker.VariablePullTimeout, "1s")
	e := live(t)
	ref := made(t, e, at.Address, 1<<10)
	assert.NilError(t, e.PushImage(t.Context(), ref, nil))
	assert.NilError(t, e.RemoveImage(t.Context(), ref))
	silent, err := registry.ListenSilently()
	assert.NilError(t, err)
	defer silent.Close()

	const gaveUp = "nothing came from the registry for 1s"
	assert.ErrorContains(t, e.PullImage(t.Context(), silent.Address+"/tb-nosuch:1", "", nil), gaveUp)
	_, err = e.ResolveDigest(t.Context(), silent.Address+"/tb-nosuch:1")
	assert.ErrorContains(t, err, gaveUp)
	for _, word := range []string{"/manifests/", "/blobs/"} {
		end := make(chan struct{}) // an old engine would wait for a blob though nobody wants it any more
		at.Instead(func(_ http.ResponseWriter, r *http.Request) bool {
			if strings.Contains(r.URL.Path, word) {
				<-end
			}
			return false
		})
		assert.ErrorContains(t, e.PullImage(t.Context(), ref, "", nil), gaveUp, word)
		close(end)
	}
	at.Instead(nil)
	assert.NilError(t, patient.PullImage(t.Context(), ref, "", nil))
}

func TestAnInterruptEndsAPullAtOnce(t *testing.T) {
	e := live(t)
	silent, err := registry.ListenSilently()
	assert.NilError(t, err)
	defer silent.Close()
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(100*time.Millisecond, cancel)
	assert.ErrorIs(t, e.PullImage(ctx, silent.Address+"/tb-nosuch:1", "", nil), context.Canceled)
}
