package docker

import (
	"fmt"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli/config/credentials"
	clitypes "github.com/docker/cli/cli/config/types"
	"github.com/docker/docker/api/types/registry"
)

// hubKey is how the docker CLI's configuration file names Docker Hub.
const hubKey = "https://index.docker.io/v1/"

// account is who the engine is to a registry.
type account struct {
	registry string // as `docker login` takes it
	user     string // empty for nobody
	known    bool   // there are credentials
	header   string // what the engine is told; never empty
}

// accountFor is the account that `docker login` stored for the registry of an
// image, in the configuration file, with a credential helper, or in
// DOCKER_AUTH_CONFIG.
func (i images) accountFor(ref string) (account, error) {
	named, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return account{}, fmt.Errorf("%q is no name of an image: %w", ref, err)
	}
	a := account{registry: reference.Domain(named)}
	key := a.registry
	if key == "docker.io" {
		key, a.registry = hubKey, ""
	}
	stored, err := i.stored(key)
	if err != nil {
		return account{}, err
	}
	auth := authConfig(stored)
	auth.ServerAddress = ""
	a.known = auth != registry.AuthConfig{}
	a.user = auth.Username
	a.header, err = registry.EncodeAuthConfig(authConfig(stored))
	return a, err
}

// stored are the credentials for a registry.
func (d *daemon) stored(key string) (clitypes.AuthConfig, error) {
	d.detectStore()
	stored, err := d.config.GetAuthConfig(key)
	if err != nil {
		return stored, hint(fmt.Errorf("credentials for %s: %w", key, err),
			"check credsStore and credHelpers in %s, and that the helper is on the PATH", d.config.Filename)
	}
	return stored, nil
}

// Account is who `docker login` made the user to a registry (HOST[:PORT], or
// docker.io): with a password, or without a user and with a token. Nobody is
// two empty strings. No engine is asked.
func Account(getenv func(string) string, name string) (user, secret string, err error) {
	config, err := loadConfig(getenv)
	if err != nil {
		return "", "", err
	}
	if name == "docker.io" {
		name = hubKey
	}
	stored, err := (&daemon{config: config}).stored(name)
	if stored.IdentityToken != "" {
		return "", stored.IdentityToken, err
	}
	return stored.Username, stored.Password, err
}

// login is the command that stores credentials for the registry.
func (a account) login() string {
	if a.registry == "" {
		return "`docker login`"
	}
	return "`docker login " + a.registry + "`"
}

// allAuth is the credentials of every registry, for builds.
func (i images) allAuth() (map[string]registry.AuthConfig, error) {
	i.detectStore()
	stored, err := i.config.GetAllCredentials()
	if err != nil {
		return nil, fmt.Errorf("credentials: %w", err)
	}
	all := make(map[string]registry.AuthConfig, len(stored))
	for key, auth := range stored {
		all[key] = authConfig(auth)
	}
	return all, nil
}

// detectStore sets the platform's credential store where none was chosen, as
// the docker CLI does. It searches the PATH, so not before it is needed.
func (d *daemon) detectStore() {
	d.storeOnce.Do(func() {
		if !d.config.ContainsAuth() {
			d.config.CredentialsStore = credentials.DetectDefaultStore(d.config.CredentialsStore)
		}
	})
}

// authConfig is the engine's form of stored credentials.
func authConfig(stored clitypes.AuthConfig) registry.AuthConfig {
	return registry.AuthConfig{
		Username: stored.Username, Password: stored.Password, Auth: stored.Auth,
		ServerAddress: stored.ServerAddress, IdentityToken: stored.IdentityToken, RegistryToken: stored.RegistryToken,
	}
}
