package buildkit

import (
	"errors"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/moby/buildkit/session/secrets"
	"github.com/moby/buildkit/session/secrets/secretsprovider"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/fs"

	"github.com/stackctl/stack/state"
)

func TestSecretsAreReadWhenAskedFor(t *testing.T) {
	dir := fs.NewDir(t, "secrets", fs.WithFile("token", "one"), fs.WithFile("big", string(make([]byte, secretsprovider.MaxSecretSize+1))))
	store, err := openSecrets([]state.BuildSecret{{ID: "file", File: dir.Join("token")}, {ID: "variable", Content: state.Content("two")}})
	assert.NilError(t, err)
	for id, content := range map[string]string{"file": "one", "variable": "two"} {
		got, err := store.GetSecret(t.Context(), id)
		assert.NilError(t, err)
		assert.Equal(t, string(got), content)
	}
	_, err = store.GetSecret(t.Context(), "other")
	assert.Assert(t, errors.Is(err, secrets.ErrNotFound))

	_, err = openSecrets([]state.BuildSecret{{ID: "x", File: dir.Join("nosuch")}})
	assert.ErrorContains(t, err, "build.secrets: x: stat ")
	_, err = openSecrets([]state.BuildSecret{{ID: "x", File: dir.Join("big")}})
	assert.ErrorContains(t, err, "BuildKit takes 512000 at most")
}

func TestAgents(t *testing.T) {
	request := Request{Spec: state.BuildSpec{Config: types.BuildConfig{SSH: types.SSHConfig{{ID: "default"}, {ID: "deploy=/key"}}}}}
	request.Getenv = variables{"SSH_AUTH_SOCK": "/agent"}.get
	agents, err := sshAgents(request)
	assert.NilError(t, err)
	assert.Equal(t, agents[0].ID+" "+agents[0].Paths[0], "default /agent")
	assert.Equal(t, agents[1].ID+" "+agents[1].Paths[0], "deploy /key")

	_, err = attachables(request)
	assert.ErrorContains(t, err, "build.ssh: ")
	request.Getenv = variables{}.get
	_, err = attachables(request)
	assert.ErrorContains(t, err, "build.ssh: default: invalid empty ssh agent socket: make sure SSH_AUTH_SOCK is set: start an agent")
}
