package remote

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// command runs the git of the machine, which knows the user's credentials, keys
// and proxies. It never asks anybody anything.
type command struct {
	options  Options
	patience time.Duration
}

// longest is how often a fetch may take as long as nothing may come: what comes
// in between cannot be seen.
const longest = 10

// commit is the commit that an address stands for now.
func (c command) commit(ctx context.Context, at Repository) (string, error) {
	if fullCommit.MatchString(at.Ref) {
		return at.Ref, nil
	}
	if c.options.Offline {
		return "", errors.New("which commit it stands for can only be asked for")
	}
	name := at.Ref
	if name == "" {
		name = "HEAD"
	}
	listed, err := c.run(ctx, c.patience, "", "ls-remote", "--", at.Remote, name, name+"^{}")
	if err != nil {
		return "", err
	}
	if commit := choose(listed, name); commit != "" {
		return commit, nil
	}
	if shortCommit.MatchString(name) {
		return "", fmt.Errorf("the repository has no branch or tag %s: a commit has to be written in full", name)
	}
	return "", fmt.Errorf("the repository has no branch or tag %s", name)
}

// choose finds a ref among those that end like it, in git's own order. Of a tag
// it is the commit that counts.
func choose(listed, name string) string {
	commits := map[string]string{}
	for line := range strings.Lines(listed) {
		if commit, ref, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok && fullCommit.MatchString(commit) {
			commits[ref] = commit
		}
	}
	for _, prefix := range []string{"", "refs/", "refs/tags/", "refs/heads/"} {
		for _, suffix := range []string{"^{}", ""} {
			if commit := commits[prefix+name+suffix]; commit != "" {
				return commit
			}
		}
	}
	return ""
}

// checkOut puts the files of a commit into a folder, and no more of the
// repository's history.
func (c command) checkOut(ctx context.Context, at Repository, commit, dir string) error {
	limit := longest * c.patience
	begin := []string{"init", "--quiet", "--template="}
	if len(commit) == 64 {
		begin = append(begin, "--object-format=sha256")
	}
	if _, err := c.run(ctx, limit, dir, begin...); err != nil {
		return err
	}
	// What git calls itself for the checkout, as for large files, asks there.
	if _, err := c.run(ctx, limit, dir, "config", "remote.origin.url", withoutPassword(at.Remote)); err != nil {
		return err
	}
	_, err := c.run(ctx, limit, dir, "fetch", "--quiet", "--no-tags", "--depth=1", "--", at.Remote, commit)
	if err != nil && !fullCommit.MatchString(at.Ref) && ctx.Err() == nil {
		// Some servers give out what has a name only.
		_, err = c.run(ctx, limit, dir, "fetch", "--quiet", "--no-tags", "--depth=1", "--", at.Remote, orHead(at.Ref))
	}
	if err != nil {
		return err
	}
	_, err = c.run(ctx, limit, dir, "-c", "advice.detachedHead=false", "-c", "core.hooksPath=/dev/null", "checkout", "--quiet", "--detach", commit)
	return err
}

func orHead(ref string) string {
	if ref == "" {
		return "HEAD"
	}
	return ref
}

// run returns what git prints. Its limit is 0 for none.
func (c command) run(ctx context.Context, limit time.Duration, dir string, args ...string) (string, error) {
	bounded := ctx
	if limit > 0 {
		var cancel context.CancelFunc
		bounded, cancel = context.WithTimeoutCause(ctx, limit, silence{limit})
		defer cancel()
	}
	git := exec.CommandContext(bounded, "git", args...)
	git.Dir, git.Env = dir, c.environ()
	git.WaitDelay = time.Second // for what it has started
	var out, said bytes.Buffer
	git.Stdout, git.Stderr = &out, &said
	err := git.Run()
	switch {
	case err == nil:
		return out.String(), nil
	case errors.Is(err, exec.ErrNotFound):
		return "", errors.New("git is needed to fetch a repository: install it, or put it on the PATH")
	case bounded.Err() != nil:
		return "", fmt.Errorf("git %s: %w", verb(args), context.Cause(bounded))
	}
	return "", fmt.Errorf("git %s: %w: %s", verb(args), err, lastLines(said.String()))
}

// verb is the command among git's arguments.
func verb(args []string) string {
	for len(args) > 1 && args[0] == "-c" {
		args = args[2:]
	}
	return args[0]
}

// lastLines is the end of what a program said, in one line.
func lastLines(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	lines = slices.DeleteFunc(lines, func(line string) bool { return strings.TrimSpace(line) == "" })
	return redactURLs(strings.Join(lines[max(0, len(lines)-5):], "; "))
}

// environ is the process's environment and what keeps git from asking, from
// waiting for ever, and from other ways to reach a repository than the address
// may name. What the user has set counts more.
func (c command) environ() []string {
	defaults := []string{
		"GIT_TERMINAL_PROMPT=0", "GCM_INTERACTIVE=never", "GIT_ALLOW_PROTOCOL=https:ssh:http:git",
		"GIT_SSH_COMMAND=ssh -o BatchMode=yes -o ControlMaster=no -o ConnectTimeout=30",
	}
	if c.patience > 0 {
		seconds := int(max(1, c.patience.Seconds()))
		defaults = append(defaults, "GIT_HTTP_LOW_SPEED_LIMIT=1", fmt.Sprintf("GIT_HTTP_LOW_SPEED_TIME=%d", seconds))
	}
	var all []string
	for _, entry := range c.options.Environ {
		key, _, _ := strings.Cut(entry, "=")
		switch key {
		case "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE": // of a hook that runs us
			continue
		}
		all = append(all, entry)
	}
	for _, entry := range defaults {
		key, _, _ := strings.Cut(entry, "=")
		set := func(name string) bool { return c.options.Getenv(name) != "" }
		if set(key) || key == "GIT_SSH_COMMAND" && set("GIT_SSH") {
			continue
		}
		all = append(all, entry)
	}
	return all
}
