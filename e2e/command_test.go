package e2e_test

import (
	"net"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// command runs a program that has to succeed, and returns what it printed.
func command(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).Output()
	assert.NilError(t, err, "%s %v", name, args)
	return string(out)
}

// foreign starts a container that is of no project, until the end of the test.
func foreign(t *testing.T, args ...string) (id string) {
	t.Helper()
	id = strings.TrimSpace(command(t, "docker", slices.Concat([]string{"run", "-d"}, args, []string{"stack-e2e/dummy"})...))
	t.Cleanup(func() { exec.Command("docker", "rm", "-fv", id).Run() })
	return id
}

// listen takes a port of this machine until the end of the test.
func listen(t *testing.T) (port string) {
	t.Helper()
	listener, err := net.Listen("tcp", ":0")
	assert.NilError(t, err)
	t.Cleanup(func() { listener.Close() })
	_, port, err = net.SplitHostPort(listener.Addr().String())
	assert.NilError(t, err)
	return port
}
