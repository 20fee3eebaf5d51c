package buildkit

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/moby/buildkit/client"
	gateway "github.com/moby/buildkit/frontend/gateway/client"

	"github.com/stackctl/stack/state"
)

// check asks the frontend what it finds wrong with the Dockerfile. Findings are
// an error.
func check(ctx context.Context, bk *client.Client, engine Engine, solve client.SolveOpt, progress func(state.Progress)) error {
	if engine.before(apiLint) {
		return fmt.Errorf("the Dockerfile frontend of Docker Engine %s cannot check: Docker Engine 27 or newer can", engine.Version)
	}
	request := gateway.SolveRequest{Frontend: solve.Frontend, FrontendOpt: solve.FrontendAttrs}
	request.FrontendOpt["requestid"] = "frontend.lint"
	request.FrontendOpt["frontend.caps"] = "moby.buildkit.frontend.subrequests"
	if len(solve.FrontendAttrs["frontend.caps"]) > 0 {
		request.FrontendOpt["frontend.caps"] += "," + capContexts + "+forward"
	}
	var found map[string][]byte
	steps := NewSteps(progress)
	err := follow(steps, func(statuses chan *client.SolveStatus) error {
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
