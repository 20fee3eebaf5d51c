package remote_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/internal/remote"
	"github.com/stackctl/stack/internal/remote/remotetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// place is where a test fetches to and from.
type place struct {
	t *testing.T
	*remotetest.Registry
	options remote.Options
}

func newPlace(t *testing.T) *place {
	t.Helper()
	p := &place{t: t, Registry: remotetest.NewRegistry()}
	t.Cleanup(p.Close)
	p.options = remote.Options{
		Getenv: func(string) string { return "" }, Environ: []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir()},
		Cache:    filepath.Join(t.TempDir(), "cache"),
		Patience: func() (time.Duration, error) { return 20 * time.Second, nil },
	}
	return p
}

// address is that of an artifact of the registry.
func (p *place) address(name string) string { return "oci://" + p.Address() + "/" + name }

func (p *place) fetch(address string) (string, error) {
	p.t.Helper()
	for _, r := range remote.All(p.options) {
		if r.Accepts(address) {
			return r.Fetch(p.t.Context(), address)
		}
	}
	p.t.Fatalf("nothing accepts %s", address)
	return "", nil
}

// fetched is what the fetched compose file says.
func (p *place) fetched(address string) string {
	p.t.Helper()
	file, err := p.fetch(address)
	assert.NilError(p.t, err)
	content, err := os.ReadFile(file)
	assert.NilError(p.t, err)
	return string(content)
}

func (p *place) fails(address string, words ...string) {
	p.t.Helper()
	_, err := p.fetch(address)
	assert.Assert(p.t, err != nil)
	for _, word := range words {
		assert.Assert(p.t, strings.Contains(err.Error(), word), "%q lacks %q", err, word)
	}
	kept, err := filepath.Glob(filepath.Join(p.options.Cache, "*", ".*"))
	assert.NilError(p.t, err)
	assert.Equal(p.t, len(kept), 0, "%v is left", kept)
}

// publish publishes files under a name, and returns the digest.
func (p *place) publish(name string, files ...remote.File) string {
	p.t.Helper()
	digest, err := remote.Publish(p.t.Context(), p.options, remote.Publication{Repository: p.Address() + "/" + name, Files: files, Maker: "5.5.0"})
	assert.NilError(p.t, err)
	return digest.String()
}

func compose(content string) remote.File {
	return remote.File{Kind: remote.Compose, Name: "/src/compose.yaml", Content: []byte(content)}
}
