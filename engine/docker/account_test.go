package docker

import (
	"os"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"
)

func TestAccountIsWhoDockerLoginMadeTheUser(t *testing.T) {
	dir := t.TempDir()
	getenv := variables{"DOCKER_CONFIG": dir}.get
	assert.NilError(t, os.WriteFile(filepath.Join(dir, "config.json"), []byte(`{"auths": {
		"https://index.docker.io/v1/": {"auth": "YW5uOmh1c2g="},
		"registry.example:5000": {"auth": "Ym9iOnBhc3M=", "identitytoken": "token"}
	}}`), 0o600))
	for registry, want := range map[string][2]string{
		"docker.io":             {"ann", "hush"},
		"registry.example:5000": {"", "token"},
		"other.example":         {"", ""},
	} {
		user, secret, err := Account(getenv, registry)
		assert.NilError(t, err)
		assert.Equal(t, [2]string{user, secret}, want, registry)
	}
	assert.NilError(t, os.WriteFile(filepath.Join(dir, "config.json"), []byte(`{"credHelpers": {"registry.example:5000": "that-is-not-there"}}`), 0o600))
	_, _, err := Account(getenv, "registry.example:5000")
	assert.ErrorContains(t, err, "check credsStore and credHelpers in "+filepath.Join(dir, "config.json"))
}
