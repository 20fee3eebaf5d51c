package docker

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// emptyIsNil compares an empty slice with an absent one.
var emptyIsNil = cmp.Transformer("empty", func(s []string) []string { return append([]string{}, s...) })

func isError(err, target error) bool { return errors.Is(err, target) }

// digestOf is how the docker CLI names the folder of a context.
func digestOf(name string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(name))) }
