package render

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"github.com/hashicorp/go-multierror"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"
)

func TestErrors(t *testing.T) {
	unhealthy := errors.New("container shop-db-1 is unhealthy\n  healthcheck: exit 1: connection refused\n  its last log lines:\n    panic: no DATABASE_URL")
	denied := errors.New("pull access denied for shop-web")
	var out bytes.Buffer
	for _, err := range []error{
		nil,
		denied,
		unhealthy,
		multierror.Append(nil, denied),
		multierror.Append(nil, unhealthy, denied, denied),
		fmt.Errorf("up: %w", multierror.Append(nil, unhealthy, errors.Join(denied, errors.New("another")))),
		fmt.Errorf("%w (as %w)", denied, unhealthy),
	} {
		fmt.Fprintf(&out, "--- %T\n", err)
		assert.NilError(t, Error(&out, err, false))
	}
	assert.NilError(t, Error(&out, denied, true))
	golden.Assert(t, out.String(), "errors.txt")
}
