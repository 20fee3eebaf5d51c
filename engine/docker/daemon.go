package docker

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/docker/cli/cli/config/configfile"
	"github.com/docker/docker/api/types/versions"
	"github.com/docker/docker/client"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

// minimumAPI is the oldest API that is spoken: Engine 20.10's.
const minimumAPI = "1.41"

// daemon is what the roles share: the client, once its API version is
// negotiated.
type daemon struct {
	client   *client.Client
	endpoint endpoint
	config   *configfile.ConfigFile
	getenv   func(string) string
	patience time.Duration // with a silent registry; 0 is no limit
	bounds   bounds
	presence *presence

	mu      sync.Mutex
	ready   bool              // the version is negotiated, or given
	version *state.EngineInfo // nil until it was asked for

	storeOnce sync.Once
}

// reach returns the client, ready to be called. The first call costs a ping.
func (d *daemon) reach(ctx context.Context) (*client.Client, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ready {
		return d.client, nil
	}
	ping, err := d.client.Ping(ctx)
	if err != nil {
		return nil, d.translate(err, "engine")
	}
	d.client.NegotiateAPIVersionPing(ping)
	if api := d.client.ClientVersion(); versions.LessThan(api, minimumAPI) {
		return nil, fmt.Errorf("%w: %s speaks API %s: Docker Engine 20.10 (API %s) or newer is needed", engine.ErrUnavailable, d.endpoint, api, minimumAPI)
	}
	d.ready = true
	return d.client, nil
}

// info asks for the engine's version once.
func (d *daemon) info(ctx context.Context) (state.EngineInfo, error) {
	api, err := d.reach(ctx)
	if err != nil {
		return state.EngineInfo{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.version != nil {
		return *d.version, nil
	}
	v, err := api.ServerVersion(ctx)
	if err != nil {
		return state.EngineInfo{}, d.translate(err, "engine version")
	}
	d.version = &state.EngineInfo{Name: "docker", Version: v.Version, APIVersion: api.ClientVersion(), OS: v.Os, Arch: v.Arch, Remote: !d.endpoint.local()}
	return *d.version, nil
}

// atLeast is true when the negotiated API is that version or newer.
func atLeast(api, version string) bool { return versions.GreaterThanOrEqualTo(api, version) }

// unavailable is the one line for an engine that does not answer.
func (d *daemon) unavailable(what string, err error) error {
	if gone := (*goneError)(nil); errors.As(err, &gone) {
		return fmt.Errorf("%w: the engine at %s went away and %w: run the command again when it is there; what was done is kept",
			engine.ErrUnavailable, d.endpoint.host, gone)
	}
	if silent := (*mute)(nil); errors.As(err, &silent) {
		return fmt.Errorf("%w: %s: the engine at %s %w: see to it, and run the command again; what was done is kept",
			engine.ErrUnavailable, what, d.endpoint.host, silent)
	}
	cause, advice := d.diagnose(err)
	if d.presence.answered() {
		return fmt.Errorf("%w: %s: the engine at %s went away during the call (%s)",
			engine.ErrUnavailable, what, d.endpoint.host, cause)
	}
	return fmt.Errorf("%w: Cannot connect to the Docker daemon at %s, %s: %s; %s",
		engine.ErrUnavailable, d.endpoint.host, d.endpoint.source, cause, advice)
}

func (d *daemon) diagnose(err error) (cause, advice string) {
	const nobody = "nothing answers there"
	const point = "set DOCKER_HOST or DOCKER_CONTEXT to an engine that runs"
	scheme, path, _ := strings.Cut(d.endpoint.host, "://")
	if scheme != "unix" {
		cause := oneLine(err)
		if strings.Contains(cause, "Is the docker daemon running?") {
			cause = nobody // the client has no more to say
		}
		return cause, "check that the engine runs and listens there, or " + point
	}
	if errors.Is(err, os.ErrPermission) || strings.Contains(err.Error(), "permission denied") {
		return "permission denied", "join the docker group (sudo usermod -aG docker $USER, then log in again), or run as root"
	}
	if _, statErr := os.Stat(path); statErr != nil {
		return "there is no such socket", "start Docker (sudo systemctl start docker), or " + point
	}
	return nobody, "start Docker (sudo systemctl start docker), or " + point
}

// oneLine is what went wrong, without line breaks and without the request.
func oneLine(err error) string {
	if request := (*url.Error)(nil); errors.As(err, &request) {
		err = request.Err
	}
	return strings.Join(strings.Fields(err.Error()), " ")
}
