package buildkit

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/moby/buildkit/client"

	"github.com/stackctl/stack/state"
)

// killAfter is how long buildx has for its own end when a build is canceled.
const killAfter = 2 * time.Second

// HandOver lets buildx build, with the builder that the request names. Command
// is what runs buildx, env its environment.
func HandOver(ctx context.Context, command, env []string, request Request) error {
	if err := checkSources(request); err != nil {
		return err
	}
	args, secrets := buildxArgs(request)
	c := exec.CommandContext(ctx, command[0], slices.Concat(command[1:], args)...)
	// An image is the same whenever it is built, as with the engine's builder.
	c.Env = slices.Concat(env, secrets, []string{"BUILDX_NO_DEFAULT_ATTESTATIONS=1"})
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) }
	c.WaitDelay = killAfter
	if text := request.Spec.Config.DockerfileInline; text != "" {
		c.Stdin = strings.NewReader(text)
	}
	var printed strings.Builder
	c.Stdout = &printed
	steps := NewSteps(request.Progress)
	said, err := runReading(c, func(r io.Reader) string { return readStatuses(r, steps) })
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case request.Spec.Check && printed.Len() > 0:
		return errors.New("check: " + strings.TrimSpace(printed.String()))
	case said != "":
		said = plain(strings.TrimPrefix(strings.TrimPrefix(said, "ERROR: "), "failed to build: "))
		if strings.HasPrefix(said, "no builder ") {
			said += ": `docker buildx ls` lists those that are there"
		}
		return steps.Explain(errors.New(said))
	}
	return steps.Explain(fmt.Errorf("buildx: %w", err))
}

// runReading runs a command and reads what it prints to its standard error, also
// where a child of it holds that open.
func runReading(c *exec.Cmd, read func(io.Reader) string) (said string, err error) {
	r, w := io.Pipe()
	c.Stderr = w
	done := make(chan string)
	go func() { done <- read(r) }()
	err = c.Run()
	_ = w.Close() // it returns no error
	if errors.Is(err, exec.ErrWaitDelay) {
		err = nil // the command itself ended well
	}
	return <-done, err
}

// checkSources returns the errors about files that are not there in our words.
func checkSources(request Request) error {
	if _, err := openSources(request.Spec.Config); err != nil {
		return err
	}
	if _, err := openSecrets(request.Spec.Secrets); err != nil {
		return err
	}
	_, err := sshAgents(request)
	return err
}

// readStatuses tells the statuses that buildx prints, one a line, and returns
// the last line that is none: its error.
func readStatuses(r io.Reader, steps *Steps) (said string) {
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadBytes('\n')
		var status client.SolveStatus
		if text := strings.TrimSpace(string(line)); text != "" {
			if json.Unmarshal(line, &status) == nil {
				steps.take(&status)
			} else {
				said = text
			}
		}
		if err != nil {
			return said
		}
	}
}

// buildxArgs are the arguments of a build, and the variables that hold the
// contents of its secrets.
func buildxArgs(request Request) (args, env []string) {
	spec, c := request.Spec, request.Spec.Config
	args = []string{"build", "--builder", spec.Builder, "--progress", "rawjson"}
	add := func(flag string, values ...string) {
		for _, value := range values {
			if value != "" {
				args = append(args, flag+"="+value)
			}
		}
	}
	on := func(flag string, set bool) {
		if set {
			args = append(args, flag)
		}
	}
	on("--check", spec.Check)
	on("--push", spec.Push && !spec.Check)
	on("--load", !spec.Push && !spec.Check)
	on("--no-cache", spec.NoCache || c.NoCache)
	on("--pull", spec.Pull || c.Pull)
	add("--tag", Tags(spec)...)
	add("--file", dockerfileArg(c))
	add("--target", c.Target)
	add("--platform", strings.Join(Platforms(spec), ","))
	add("--no-cache-filter", c.NoCacheFilter...)
	add("--build-arg", pairs(request.args())...)
	add("--label", pairs(c.Labels)...)
	add("--label", pairs(spec.Labels)...)
	add("--build-context", pairs(c.AdditionalContexts)...)
	add("--cache-from", c.CacheFrom...)
	add("--cache-to", c.CacheTo...)
	add("--allow", entitlements(c)...)
	add("--network", c.Network)
	add("--add-host", hosts(c.ExtraHosts)...)
	if c.ShmSize > 0 {
		add("--shm-size", strconv.FormatInt(int64(c.ShmSize), 10))
	}
	add("--ulimit", ulimits(c.Ulimits)...)
	add("--provenance", c.Provenance)
	add("--sbom", c.SBOM)
	for _, key := range c.SSH {
		add("--ssh", key.ID)
	}
	secrets, env := buildxSecrets(spec.Secrets)
	add("--secret", secrets...)
	return append(args, c.Context), env
}

func dockerfileArg(c types.BuildConfig) string {
	switch {
	case c.DockerfileInline != "":
		return "-"
	case c.Dockerfile == "" || Remote(c.Context):
		return c.Dockerfile
	}
	return inContext(c.Context, c.Dockerfile)
}

// buildxSecrets name the secrets' files, and variables for those without.
func buildxSecrets(secrets []state.BuildSecret) (args, env []string) {
	for n, secret := range secrets {
		if secret.File != "" {
			args = append(args, fields([]string{"id=" + secret.ID, "src=" + secret.File}))
			continue
		}
		variable := "STACK_BUILD_SECRET_" + strconv.Itoa(n)
		args = append(args, fields([]string{"id=" + secret.ID, "env=" + variable}))
		env = append(env, variable+"="+string(secret.Content))
	}
	return args, env
}

// pairs are NAME=VALUE, sorted.
func pairs(values map[string]string) []string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(values)) {
		list = append(list, name+"="+values[name])
	}
	return list
}
