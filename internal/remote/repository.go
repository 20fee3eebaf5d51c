package remote

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/moby/buildkit/frontend/dockerfile/dfgitutil"
)

// repositories are compose files in git repositories: https://….git#REF:PATH,
// ssh://…, git@HOST:…, with a branch, a tag or a commit as REF, and a file or a
// folder as PATH.
type repositories struct{ options Options }

func (g *repositories) Accepts(address string) bool {
	ref, is, _ := dfgitutil.ParseGitRef(address)
	return is && (ref == nil || !ref.IndistinguishableFromLocal)
}

func (g *repositories) Fetch(ctx context.Context, address string) (string, error) {
	if err := g.options.enabled(variableGit); err != nil {
		return "", err
	}
	at, err := ParseRepository(address)
	if err != nil {
		return "", err
	}
	patience, err := g.options.patience()
	if err != nil {
		return "", err
	}
	git := command{options: g.options, patience: patience}
	commit, err := git.commit(ctx, at)
	if err != nil {
		return "", err
	}
	if at.Checksum != "" && !strings.HasPrefix(commit, at.Checksum) {
		return "", fmt.Errorf("%s is commit %s, not %s", at.Ref, commit, at.Checksum)
	}
	dir, err := g.options.cached(address, "git", commit, func(dir string) error { return git.checkOut(ctx, at, commit, dir) })
	if err != nil {
		return "", err
	}
	return inCheckout(dir, at.Path)
}

// Repository is a place in a git repository.
type Repository struct {
	Remote   string // as git takes it
	Ref      string // a branch, a tag or a commit; empty is the default branch
	Checksum string // the commit that Ref has to be, or its beginning; empty is any
	Path     string // a file or a folder, relative; empty is the top
}

var (
	fullCommit  = regexp.MustCompile(`^([0-9a-f]{40}|[0-9a-f]{64})$`)
	shortCommit = regexp.MustCompile(`^[0-9a-f]{7,39}$`)
	checksum    = regexp.MustCompile(`^[0-9a-f]{7,64}$`)
	// refName is what git allows in the names of refs, and less of what it allows
	// in patterns.
	refName = regexp.MustCompile(`^[^\x00-\x20\x7f~^:?*\[\\]+$`)
	// host is the part of an address that ssh is given.
	host = regexp.MustCompile(`^(?:[a-z]+://)?(?:[^@/]*@)?(\[?[^:/\]]*)`)
)

// ParseRepository reads the address of a compose file in a repository. Nothing
// in it can be taken for an option of git or ssh.
func ParseRepository(address string) (Repository, error) {
	ref, _, err := dfgitutil.ParseGitRef(address)
	if err != nil {
		return Repository{}, fmt.Errorf("expected https://HOST/REPOSITORY.git#REF:PATH: %w", err)
	}
	at := Repository{Remote: ref.Remote, Ref: ref.Ref, Checksum: ref.Checksum, Path: ref.SubDir}
	if at.Ref == "" && fullCommit.MatchString(at.Checksum) {
		at.Ref = at.Checksum
	}
	switch {
	case ref.IndistinguishableFromLocal:
		return at, errors.New("expected https:// before it")
	case strings.HasPrefix(at.Remote, "-"), strings.HasPrefix(host.FindStringSubmatch(at.Remote)[1], "-"):
		return at, errors.New("a repository's address cannot start with a dash")
	case strings.ContainsFunc(at.Remote, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return at, errors.New("the repository's address has control characters")
	case at.Ref != "" && (strings.HasPrefix(at.Ref, "-") || strings.Contains(at.Ref, "..") || !refName.MatchString(at.Ref)):
		return at, fmt.Errorf("expected a branch, a tag or a commit after #, found %q", at.Ref)
	case at.Checksum != "" && !checksum.MatchString(at.Checksum):
		return at, fmt.Errorf("expected a commit as checksum, found %q", at.Checksum)
	case at.Path != "" && !filepath.IsLocal(filepath.FromSlash(at.Path)):
		return at, fmt.Errorf("expected a path in the repository, found %q", at.Path)
	case ref.Submodules != nil && *ref.Submodules:
		return at, errors.New("submodules are not fetched with compose files: name the submodule's own repository")
	}
	return at, nil
}

// inCheckout is the compose file at a path of a checkout: the file, or one with
// a usual name in the folder. Links lead nowhere outside.
func inCheckout(dir, path string) (string, error) {
	found := filepath.Join(dir, filepath.FromSlash(path))
	if isDir(found) {
		folder := found
		for _, name := range cli.DefaultFileNames {
			if found = filepath.Join(folder, name); isFile(found) {
				break
			}
		}
		if !isFile(found) {
			return "", fmt.Errorf("expected %s in the folder %q of the repository: add the file's name to the address", strings.Join(cli.DefaultFileNames, ", "), path)
		}
	}
	real, err := filepath.EvalSymlinks(found)
	if errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("the repository has no %q at that commit", path)
	}
	if err != nil {
		return "", err
	}
	root, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return "", err
	}
	if within, err := filepath.Rel(root, real); err != nil || !filepath.IsLocal(within) {
		return "", fmt.Errorf("%q is a link that leads out of the repository", path)
	}
	return found, nil
}
