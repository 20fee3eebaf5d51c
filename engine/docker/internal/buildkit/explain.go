package buildkit

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/moby/buildkit/solver/errdefs"

	"github.com/stackctl/stack/engine"
)

// explain turns an error of a solve into one that names the step, where it is
// written, and what to do.
func (e Engine) explain(ctx context.Context, steps *Steps, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	cause := error(&solveError{text: plain(err.Error()), cause: err})
	if advice := e.advice(cause.Error()); advice != "" {
		cause = fmt.Errorf("%w; %s", cause, advice)
	}
	explained := steps.Explain(cause)
	if step := (*engine.BuildError)(nil); errors.As(explained, &step) {
		step.Where = where(err)
	}
	return explained
}

// solveError is an error without the words that the calls around it put before
// it.
type solveError struct {
	text  string
	cause error
}

func (e *solveError) Error() string { return e.text }
func (e *solveError) Unwrap() error { return e.cause }

func plain(text string) string {
	for {
		rest := text
		for _, prefix := range []string{
			"failed to solve: ", "failed to solve with frontend dockerfile.v0: ", "failed to solve with frontend gateway.v0: ",
			"failed to create LLB definition: ", "rpc error: code = Unknown desc = ", "failed to run Build function: ",
		} {
			rest = strings.TrimPrefix(rest, prefix)
		}
		if rest == text {
			return text
		}
		text = rest
	}
}

// where is the line of the Dockerfile that an error is about.
func where(err error) string {
	for _, source := range errdefs.Sources(err) {
		if source.Info != nil && len(source.Ranges) > 0 && source.Ranges[0].Start != nil {
			return fmt.Sprintf("%s:%d", source.Info.Filename, source.Ranges[0].Start.Line)
		}
	}
	return ""
}

// advice says what to do about what an engine's BuildKit cannot do.
func (e Engine) advice(text string) string {
	const newer = "Docker Engine 23 or newer can; so can this one if the Dockerfile begins with # syntax=docker/dockerfile:1, which it then pulls"
	switch {
	case strings.Contains(text, "unsupported frontend capability "+capContexts):
		return fmt.Sprintf("build.additional_contexts: the Dockerfile frontend of Docker Engine %s does not know them: %s", e.Version, newer)
	case e.before(apiContexts) && (strings.Contains(text, "dockerfile parse error") || strings.Contains(text, "unknown instruction") || strings.Contains(text, "unknown flag")):
		return fmt.Sprintf("the Dockerfile frontend of Docker Engine %s knows no heredocs, COPY --link, RUN --network and the like: %s", e.Version, newer)
	case strings.Contains(text, "401 Unauthorized"), strings.Contains(text, "pull access denied"):
		return "check the image's name; if it is private, `docker login` to its registry"
	case strings.Contains(text, `exec: "git": executable file not found`), strings.Contains(text, "unknown scheme git"):
		return "the engine fetches a git context itself: install git on the engine's machine, or clone the repository and build the folder"
	case strings.Contains(text, "subdir not supported yet"):
		return fmt.Sprintf("the BuildKit of Docker Engine %s builds no folder of a git context: Docker Engine 23 or newer can; or clone the repository and build its folder", e.Version)
	case strings.Contains(text, entitlementInsecure):
		return `build.privileged: allow it in the engine's daemon.json: {"builder": {"entitlements": {"security-insecure": true}}}`
	}
	return ""
}
