package project

import (
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/docker/cli/pkg/kvfile"
)

// knowRawFiles makes compose-go read env files with format: raw, which it
// leaves to its callers.
var knowRawFiles = sync.OnceFunc(func() { dotenv.RegisterFormat("raw", parseRaw) })

// parseRaw reads KEY=VALUE lines as `docker run --env-file` does: nothing in a
// value is quoted or replaced.
func parseRaw(r io.Reader, file string, variables map[string]string, lookup func(string) (string, bool)) error {
	lines, err := kvfile.ParseFromReader(r, lookup)
	if err != nil {
		return fmt.Errorf("failed to read %s: %w", file, err)
	}
	for _, line := range lines {
		key, value, _ := strings.Cut(line, "=")
		variables[key] = value
	}
	return nil
}
