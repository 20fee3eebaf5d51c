package buildkit

import (
	"context"
	"fmt"
	"os"
	"strings"

	clitypes "github.com/docker/cli/cli/config/types"
	"github.com/moby/buildkit/session"
	"github.com/moby/buildkit/session/auth/authprovider"
	"github.com/moby/buildkit/session/secrets"
	"github.com/moby/buildkit/session/secrets/secretsprovider"
	"github.com/moby/buildkit/session/sshforward/sshprovider"

	"github.com/stackctl/stack/state"
)

// attachables are what a build may ask this machine for, besides folders:
// credentials, secrets and ssh agents.
func attachables(request Request) ([]session.Attachable, error) {
	all := []session.Attachable{authprovider.NewDockerAuthProvider(authprovider.DockerAuthProviderConfig{
		AuthConfigProvider: func(_ context.Context, host string, _ []string, _ authprovider.ExpireCachedAuthCheck) (clitypes.AuthConfig, error) {
			if host == authprovider.DockerHubRegistryHost {
				host = authprovider.DockerHubConfigfileKey
			}
			return request.Credentials(host)
		},
	})}
	store, err := openSecrets(request.Spec.Secrets)
	if err != nil {
		return nil, err
	}
	if len(store) > 0 {
		all = append(all, secretsprovider.NewSecretProvider(store))
	}
	agents, err := sshAgents(request)
	if err != nil {
		return nil, err
	}
	if len(agents) > 0 {
		provider, err := sshprovider.NewSSHAgentProvider(agents)
		if err != nil {
			return nil, fmt.Errorf("build.ssh: %w", err)
		}
		all = append(all, provider)
	}
	return all, nil
}

// secretStore has a build's secrets by their ids.
type secretStore map[string]state.BuildSecret

// openSecrets makes sure that the files of secrets are there: RUN would find
// an optional one missing without a word.
func openSecrets(all []state.BuildSecret) (secretStore, error) {
	store := secretStore{}
	for _, secret := range all {
		if secret.File != "" {
			found, err := os.Stat(secret.File)
			if err != nil {
				return nil, fmt.Errorf("build.secrets: %s: %w", secret.ID, err)
			}
			if found.Size() > secretsprovider.MaxSecretSize {
				return nil, fmt.Errorf("build.secrets: %s: %s has %d bytes: BuildKit takes %d at most", secret.ID, secret.File, found.Size(), secretsprovider.MaxSecretSize)
			}
		}
		store[secret.ID] = secret
	}
	return store, nil
}

// GetSecret returns a secret's content.
func (s secretStore) GetSecret(_ context.Context, id string) ([]byte, error) {
	secret, known := s[id]
	if !known {
		return nil, secrets.ErrNotFound
	}
	if secret.File != "" {
		return os.ReadFile(secret.File)
	}
	return secret.Content, nil
}

// sshAgents are the agents and keys of build.ssh: without a path, the agent
// that runs.
func sshAgents(request Request) ([]sshprovider.AgentConfig, error) {
	var all []sshprovider.AgentConfig
	for _, key := range request.Spec.Config.SSH {
		id, path, _ := strings.Cut(key.ID, "=")
		agent := sshprovider.AgentConfig{ID: id}
		if path != "" {
			agent.Paths = strings.Split(path, ",")
		} else if socket := request.Getenv("SSH_AUTH_SOCK"); socket != "" {
			agent.Paths = []string{socket}
		} else {
			return nil, fmt.Errorf("build.ssh: %s: invalid empty ssh agent socket: make sure SSH_AUTH_SOCK is set: start an agent (eval $(ssh-agent); ssh-add), or name its socket or a key as %s=PATH", id, id)
		}
		all = append(all, agent)
	}
	return all, nil
}
