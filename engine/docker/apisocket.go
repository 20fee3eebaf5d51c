package docker

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/docker/cli/cli/config/configfile"

	"github.com/stackctl/stack/state"
)

// APISocket returns what a container needs to reach the engine as this
// connection does. It asks credential helpers, but not the engine.
func (c *Connection) APISocket() (state.APISocket, error) {
	socket, is := strings.CutPrefix(c.daemon.endpoint.host, "unix://")
	if !is {
		return state.APISocket{}, fmt.Errorf("use_api_socket needs an engine behind a unix socket, not %s", c.daemon.endpoint)
	}
	c.daemon.detectStore()
	credentials, err := c.daemon.config.GetAllCredentials()
	if err != nil {
		return state.APISocket{}, fmt.Errorf("use_api_socket: credentials of registries: %w", err)
	}
	var content bytes.Buffer
	if err := (&configfile.ConfigFile{AuthConfigs: credentials}).SaveToWriter(&content); err != nil {
		return state.APISocket{}, fmt.Errorf("use_api_socket: credentials of registries: %w", err)
	}
	return state.APISocket{Path: socket, Config: content.Bytes()}, nil
}
