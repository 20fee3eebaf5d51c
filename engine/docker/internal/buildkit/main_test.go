package buildkit

import (
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// variables is an environment.
type variables map[string]string

func (v variables) get(name string) string { return v[name] }
