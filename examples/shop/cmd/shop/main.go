// Command shop is every program of the example: each service of compose.yaml
// runs it with the name of its part.
package main

import (
	"context"
	"errors"
	"os"

	"github.com/stackctl/stack/examples/internal/service"
)

func main() { service.Main("shop", run) }

func run(ctx context.Context, args []string) error {
	parts := map[string]func(context.Context) error{
		"web":     runWeb,
		"api":     runAPI,
		"store":   runStore,
		"worker":  runWorker,
		"migrate": runMigrate,
	}
	if len(args) != 1 || parts[args[0]] == nil {
		return errors.New("usage: shop web | api | store | worker | migrate | health URL")
	}
	return parts[args[0]](ctx)
}

// setting is the environment variable, or the fallback when it is unset.
func setting(name, fallback string) string {
	if value, ok := os.LookupEnv(name); ok {
		return value
	}
	return fallback
}
