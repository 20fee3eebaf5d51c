// Package buildkit builds images with the BuildKit that is part of a Docker
// Engine, over the engine's own connection.
package buildkit

import (
	"context"
	"fmt"
	"io"
	"net"

	clitypes "github.com/docker/cli/cli/config/types"
	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/util/bklog"
	"github.com/sirupsen/logrus"

	"github.com/stackctl/stack/state"
)

// Engine is the engine that builds.
type Engine struct {
	state.EngineInfo
	// Snapshots is true where images are in the containerd image store, which
	// holds images of several platforms and attestations.
	Snapshots bool
	// Dial opens a connection to the engine and upgrades it to a protocol.
	Dial func(ctx context.Context, path, protocol string, meta map[string][]string) (net.Conn, error)
}

// Request is one build.
type Request struct {
	Spec state.BuildSpec
	// Args are build arguments that Spec's win over: the proxies of the docker
	// CLI's configuration.
	Args map[string]*string
	// Bases are images that contexts name and that are taken as the engine has
	// them, by their references, with their configuration as the OCI has it.
	Bases map[string][]byte
	// Credentials are those that the docker CLI has for a registry's host.
	Credentials func(host string) (clitypes.AuthConfig, error)
	Getenv      func(string) string
	// Progress is called from one goroutine.
	Progress func(state.Progress)
}

// Build builds an image into the engine's store under all its tags. It returns
// a [engine.BuildError] for a step that failed. It returns soon after ctx ends.
func Build(ctx context.Context, engine Engine, request Request) error {
	if err := engine.refuse(request.Spec); err != nil {
		return err
	}
	ctx = silenced(ctx)
	solve, err := prepare(request)
	if err != nil {
		return err
	}
	bk, err := connect(ctx, engine)
	if err != nil {
		return err
	}
	defer func() { _ = bk.Close() }()
	if err := resolveHostGateway(ctx, bk, solve.FrontendAttrs); err != nil {
		return err
	}
	if request.Spec.Check {
		return check(ctx, bk, engine, solve, request.Progress)
	}
	solve.Exports = []client.ExportEntry{export(request.Spec)}
	steps := NewSteps(request.Progress)
	err = follow(steps, func(statuses chan *client.SolveStatus) error {
		_, err := bk.Solve(ctx, nil, solve, statuses)
		return err
	})
	return engine.explain(ctx, steps, err)
}

// silenced drops what BuildKit's library logs: its errors say it too.
func silenced(ctx context.Context) context.Context {
	silent := logrus.New()
	silent.SetOutput(io.Discard)
	return bklog.WithLogger(ctx, logrus.NewEntry(silent))
}

// connect speaks to the engine's BuildKit.
func connect(ctx context.Context, engine Engine) (*client.Client, error) {
	bk, err := client.New(ctx, "",
		client.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) {
			return engine.Dial(ctx, "/grpc", "h2c", nil)
		}),
		client.WithSessionDialer(func(ctx context.Context, protocol string, meta map[string][]string) (net.Conn, error) {
			return engine.Dial(ctx, "/session", protocol, meta)
		}))
	if err != nil {
		return nil, fmt.Errorf("the engine's BuildKit: %w", err)
	}
	return bk, nil
}

// follow runs a solve and tells its statuses to steps until it is over.
func follow(steps *Steps, solve func(chan *client.SolveStatus) error) error {
	statuses := make(chan *client.SolveStatus)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for status := range statuses {
			steps.take(status)
		}
	}()
	err := solve(statuses)
	<-done
	return err
}

// prepare makes everything of a solve that needs no engine.
func prepare(request Request) (client.SolveOpt, error) {
	sources, err := openSources(request.Spec.Config)
	if err != nil {
		return client.SolveOpt{}, err
	}
	attrs, err := frontendAttrs(request, sources.attrs)
	if err != nil {
		return client.SolveOpt{}, err
	}
	imports, err := cacheEntries("cache_from", request.Spec.Config.CacheFrom, request.Getenv)
	if err != nil {
		return client.SolveOpt{}, err
	}
	exports, err := cacheEntries("cache_to", request.Spec.Config.CacheTo, request.Getenv)
	if err != nil {
		return client.SolveOpt{}, err
	}
	attachables, err := attachables(request)
	if err != nil {
		return client.SolveOpt{}, err
	}
	solve := client.SolveOpt{
		Frontend:            "dockerfile.v0",
		FrontendAttrs:       attrs,
		LocalMounts:         sources.local,
		SharedKey:           sources.sharedKey,
		CacheImports:        imports,
		CacheExports:        exports,
		Session:             attachables,
		AllowedEntitlements: entitlements(request.Spec.Config),
	}
	useSyntax(&solve)
	err = keepBases(&solve, request.Bases)
	return solve, err
}
