package remote_test

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/internal/remote"
)

// repository makes https://git.example/repo.git of a folder with commits.
func (p *place) repository() *checkout {
	p.t.Helper()
	base := p.t.TempDir()
	c := &checkout{p.t, filepath.Join(base, "repo.git"), p.options.Environ}
	assert.NilError(p.t, os.Mkdir(c.dir, 0o755))
	c.git("init", "--quiet", "--initial-branch=main")
	p.options.Environ = append(p.options.Environ, "GIT_ALLOW_PROTOCOL=file", "GIT_CONFIG_COUNT=1",
		"GIT_CONFIG_KEY_0=url.file://"+base+"/.insteadOf", "GIT_CONFIG_VALUE_0=https://git.example/")
	p.options.Getenv = func(key string) string {
		for _, entry := range p.options.Environ {
			if value, is := strings.CutPrefix(entry, key+"="); is {
				return value
			}
		}
		return ""
	}
	return c
}

type checkout struct {
	t       *testing.T
	dir     string
	environ []string
}

func (c *checkout) git(args ...string) string {
	c.t.Helper()
	git := exec.Command("git", args...)
	git.Dir = c.dir
	git.Env = append(c.environ, "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com")
	out, err := git.CombinedOutput()
	assert.NilError(c.t, err, string(out))
	return strings.TrimSpace(string(out))
}

// commit commits files, name and content by turns, and returns the commit.
func (c *checkout) commit(files ...string) string {
	c.t.Helper()
	for i := 0; i+1 < len(files); i += 2 {
		path := filepath.Join(c.dir, files[i])
		assert.NilError(c.t, os.MkdirAll(filepath.Dir(path), 0o755))
		assert.NilError(c.t, os.WriteFile(path, []byte(files[i+1]), 0o644))
	}
	c.git("add", "-A")
	c.git("commit", "--quiet", "--allow-empty", "-m", "x")
	return c.git("rev-parse", "HEAD")
}

const repo = "https://git.example/repo.git"

func TestBranchTagAndCommitAreFetched(t *testing.T) {
	p := newPlace(t)
	c := p.repository()
	first := c.commit("compose.yaml", "first")
	c.git("tag", "-a", "-m", "x", "v1")
	c.git("branch", "feature/main")
	c.commit("compose.yaml", "second", "sub/docker-compose.yml", "in a folder", "sub/other.yaml", "by name")
	assert.Equal(t, p.fetched(repo), "second")
	assert.Equal(t, p.fetched(repo+"#main"), "second")
	assert.Equal(t, p.fetched(repo+"#feature/main"), "first")
	assert.Equal(t, p.fetched(repo+"#v1"), "first")
	assert.Equal(t, p.fetched(repo+"#refs/tags/v1"), "first")
	assert.Equal(t, p.fetched(repo+"#"+first), "first")
	assert.Equal(t, p.fetched(repo+"#:sub"), "in a folder")
	assert.Equal(t, p.fetched(repo+"#main:sub/other.yaml"), "by name")
	assert.Equal(t, p.fetched(repo+"?branch=main&subdir=sub"), "in a folder")
	assert.Equal(t, p.fetched(repo+"?tag=v1&checksum="+first[:12]), "first")
	p.fails(repo+"?branch=main&checksum="+first, "is commit", "not "+first)
}

func TestBranchIsAskedForEachTimeAndACommitNever(t *testing.T) {
	p := newPlace(t)
	c := p.repository()
	first := c.commit("compose.yaml", "first")
	assert.Equal(t, p.fetched(repo+"#main"), "first")
	c.commit("compose.yaml", "second")
	assert.Equal(t, p.fetched(repo+"#main"), "second")
	assert.NilError(t, os.RemoveAll(c.dir))
	assert.Equal(t, p.fetched(repo+"#"+first), "first")
	p.fails(repo+"#main", "git ls-remote")
}

func TestRepositoryWithoutWhatIsNamed(t *testing.T) {
	p := newPlace(t)
	c := p.repository()
	commit := c.commit("README", "x", "folder/README", "x")
	assert.NilError(t, os.Symlink("/etc/passwd", filepath.Join(c.dir, "out.yaml")))
	c.commit()
	p.fails(repo+"#gone", "no branch or tag gone")
	p.fails(repo+"#"+commit[:10], "has to be written in full")
	p.fails(repo, "expected compose.yaml")
	p.fails(repo+"#:folder", `in the folder "folder"`)
	p.fails(repo+"#:gone.yaml", `no "gone.yaml"`)
	p.fails(repo+"#:out.yaml", "leads out of the repository")
	p.fails("https://ann:hush@git.example/none.git", "git ls-remote")
	_, err := p.fetch("https://ann:hush@git.example/none.git")
	assert.Assert(t, !strings.Contains(err.Error(), "hush"), "%v", err)
}

func TestGitDoesNoMoreThanTheAddressSays(t *testing.T) {
	p := newPlace(t)
	c := p.repository()
	c.commit("compose.yaml", "x")
	p.options.Environ = append(p.options.Environ[:2:2], p.options.Environ[3:]...) // not GIT_ALLOW_PROTOCOL
	p.fails(repo, "transport 'file' not allowed")
	for _, address := range []string{
		"https://git.example/repo.git#--upload-pack=touch",
		"https://git.example/repo.git#a..b",
		"https://git.example/repo.git#a%20b",
		"https://git.example/repo.git#*",
		"https://git.example/repo.git?subdir=../../etc",
		"https://git.example/repo.git?subdir=/etc",
		"https://git.example/repo.git?submodules=true",
		"https://git.example/repo.git?checksum=--x",
		"ssh://-oProxyCommand=touch/repo.git",
		"ssh://ann@-oProxyCommand=touch/repo.git",
		"-o@git.example:repo.git",
		"git@-oProxyCommand:repo.git",
	} {
		if _, err := remote.ParseRepository(address); err == nil {
			t.Errorf("%s is taken", address)
		}
	}
}

func TestSilentRepositoryIsGivenUp(t *testing.T) {
	p := newPlace(t)
	p.options.Patience = func() (time.Duration, error) { return 100 * time.Millisecond, nil }
	p.Instead(func(_ http.ResponseWriter, r *http.Request) bool {
		<-r.Context().Done()
		return true
	})
	p.fails(p.URL+"/repo.git", "git ls-remote: nothing came for 100ms")
}

func TestWhatIsAnAddress(t *testing.T) {
	remotes := remote.All(remote.Options{})
	accepted := func(address string) bool { return remotes[0].Accepts(address) || remotes[1].Accepts(address) }
	for _, address := range []string{
		"oci://registry/repo", "oci://repo:tag", "https://github.com/org/repo.git", "https://github.com/org/repo.git#main:dir",
		"git@github.com:org/repo.git", "ssh://git@host:22/repo.git#v1", "git://host/repo.git", "http://host/repo.git",
	} {
		assert.Assert(t, accepted(address), address)
	}
	for _, path := range []string{
		"", "-", "compose.yaml", "./compose.yaml", "/abs/compose.yaml", "../x.git", "dir/oci://x", "oci:/x", `C:\x\compose.yaml`,
		"https://host/compose.yaml", "file:///etc/repo.git", "ext::sh -c x", "github.com/org/repo",
	} {
		assert.Assert(t, !accepted(path), path)
	}
}

// FuzzAddress holds that no address leads git or the cache astray.
func FuzzAddress(f *testing.F) {
	for _, address := range []string{"oci://a/b:c", "oci://a@sha256:00", "https://h/r.git#a:b", "git@h:r.git#a", "ssh://u@h/r.git?subdir=x", "https://h/r.git#-x:../y"} {
		f.Add(address)
	}
	f.Fuzz(func(t *testing.T, address string) {
		if name, err := remote.ParseArtifact(address); err == nil && strings.HasPrefix(name.String(), "-") {
			t.Errorf("%q is %q", address, name)
		}
		at, err := remote.ParseRepository(address)
		if err != nil {
			return
		}
		if strings.HasPrefix(at.Remote, "-") || strings.HasPrefix(at.Ref, "-") || strings.ContainsAny(at.Ref, " *?[") ||
			at.Path != "" && !filepath.IsLocal(filepath.FromSlash(at.Path)) {
			t.Errorf("%q is %+v", address, at)
		}
	})
}
