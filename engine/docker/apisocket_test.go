package docker

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"
)

func TestAPISocketHasTheCredentials(t *testing.T) {
	dir := t.TempDir()
	const auths = `{"auths": {"registry.example": {"auth": "dXNlcjpzZWNyZXQ="}}, "HttpHeaders": {"X": "y"}}`
	assert.NilError(t, os.WriteFile(filepath.Join(dir, "config.json"), []byte(auths), 0o600))
	connection, err := Connect(Options{Getenv: variables{"DOCKER_HOST": "unix:///run/engine.sock", "DOCKER_CONFIG": dir}.get})
	assert.NilError(t, err)
	socket, err := connection.APISocket()
	assert.NilError(t, err)
	assert.Equal(t, socket.Path, "/run/engine.sock")
	var config map[string]any
	assert.NilError(t, json.Unmarshal(socket.Config, &config))
	assert.DeepEqual(t, config, map[string]any{"auths": map[string]any{"registry.example": map[string]any{"auth": "dXNlcjpzZWNyZXQ="}}})
}

func TestAPISocketHasTheCredentialsOfThePlatformsStore(t *testing.T) {
	helpers := t.TempDir()
	const helper = `#!/bin/sh
case $1 in
list) echo '{"registry.example": "me"}' ;;
get) echo '{"Username": "me", "Secret": "hush"}' ;;
esac
`
	assert.NilError(t, os.WriteFile(filepath.Join(helpers, "docker-credential-secretservice"), []byte(helper), 0o700))
	t.Setenv("PATH", helpers)
	connection, err := Connect(Options{Getenv: variables{"DOCKER_HOST": "unix:///run/engine.sock", "DOCKER_CONFIG": t.TempDir()}.get})
	assert.NilError(t, err)
	socket, err := connection.APISocket()
	assert.NilError(t, err)
	var config struct {
		Auths map[string]struct{ Auth string }
	}
	assert.NilError(t, json.Unmarshal(socket.Config, &config))
	assert.Equal(t, config.Auths["registry.example"].Auth, "bWU6aHVzaA==")
}

func TestAPISocketIsAUnixSocket(t *testing.T) {
	connection, err := Connect(Options{Getenv: variables{"DOCKER_HOST": "tcp://engine:2375", "DOCKER_CONFIG": "/nonexistent"}.get})
	assert.NilError(t, err)
	_, err = connection.APISocket()
	assert.Error(t, err, "use_api_socket needs an engine behind a unix socket, not tcp://engine:2375 (from DOCKER_HOST)")
}
