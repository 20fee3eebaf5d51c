package cli

import (
	"context"
	"errors"

	"github.com/stackctl/stack/internal/publish"
	"github.com/stackctl/stack/project"
)

// review asks what has to be asked before a project is published.
func (a *app) review(ctx context.Context, o *publishOptions, t target, sources []project.SourceFile) error {
	r, err := publish.Examine(t.project, sources)
	if err = errors.Join(r.Refusal, err); err != nil {
		return err
	}
	q := &questions{app: a, nothing: "nothing was sent", piped: true}
	if !o.yes {
		if err := q.ask(ctx, bindsQuestion, r.Binds); err != nil {
			return err
		}
	}
	if !o.withEnv {
		if o.yes && len(r.Environment) > 0 {
			return q.refusal(environmentQuestion, r.Environment)
		}
		if err := q.ask(ctx, environmentQuestion, r.Environment); err != nil {
			return err
		}
		o.withEnv = len(r.Environment) > 0 // it was agreed to
	}
	if o.yes {
		return nil
	}
	return q.ask(ctx, secretsQuestion, r.Secrets)
}

// What is asked about, in Docker Compose's sentences and then in our own.
var (
	bindsQuestion = question{flag: "--yes", about: "you are about to publish bind mounts declaration within your OCI artifact.\n" +
		"The project names folders of this machine, which its containers would see on another one:",
		asked: "Are you ok to publish these bind mount declarations?"}
	secretsQuestion = question{flag: "--yes", about: "you are about to publish sensitive data within your OCI artifact.\n" +
		"please double check that you are not leaking sensitive data. It may have secrets in it:",
		asked: "Are you ok to publish these sensitive data?"}
	environmentQuestion = question{flag: "--with-env", about: "you are about to publish env-related declarations within your OCI artifact.\n" +
		"Values of variables would be published:",
		asked: "Use --with-env to silence this prompt.\nAre you ok to publish these env declarations?"}
)
