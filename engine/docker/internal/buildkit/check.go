package buildkit

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/moby/buildkit/client"
	gateway "github.com/moby/buildkit/frontend/gateway/client"
	"github.com/moby/buildkit/solver/pb"

	"github.com/stackctl/stack/state"
)

// check asks the frontend what it finds wrong with the Dockerfile. Findings are
// an error.
func check(ctx context.Context, bk *client.Client, engine Engine, solve client.SolveOpt, progress func(state.Progress)) error {
	if engine.before(apiLint) {
		return fmt.Errorf("the Dockerfile frontend of Docker Engine %s cannot check: Docker Engine 27 or newer can", engine.Version)
	}
	request, err := lint(ctx, solve)
	if err != nil {
		return err
	}
	var found map[string][]byte
	steps := NewSteps(progress)
	err = follow(steps, func(statuses chan *client.SolveStatus) error {
		_, err := bk.Build(ctx, solve, "", func(ctx context.Context, g gateway.Client) (*gateway.Result, error) {
			result, err := g.Solve(ctx, request)
			if err == nil {
				found = result.Metadata
			}
			return gateway.NewResult(), err
		}, statuses)
		return err
	})
	if err != nil {
		return engine.explain(ctx, steps, err)
	}
	if string(found["result.statuscode"]) == "1" {
		return errors.New("check: " + strings.TrimSpace(string(found["result.txt"])))
	}
	steps.progress(state.Progress{Detail: "check complete, no warnings found"})
	return nil
}

// lint asks the frontend about what it would build.
func lint(ctx context.Context, solve client.SolveOpt) (gateway.SolveRequest, error) {
	caps := "moby.buildkit.frontend.subrequests"
	if own := solve.FrontendAttrs["frontend.caps"]; own != "" {
		caps += "," + own
	}
	request := gateway.SolveRequest{
		Frontend: solve.Frontend, FrontendOpt: maps.Clone(solve.FrontendAttrs), FrontendInputs: map[string]*pb.Definition{},
	}
	request.FrontendOpt["requestid"], request.FrontendOpt["frontend.caps"] = "frontend.lint", caps
	for name, input := range solve.FrontendInputs {
		definition, err := input.Marshal(ctx)
		if err != nil {
			return request, fmt.Errorf("build.additional_contexts: %s: %w", name, err)
		}
		request.FrontendInputs[name] = definition.ToPB()
	}
	return request, nil
}
