package docker

import (
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/docker/cli/cli/config"
	"github.com/docker/cli/cli/config/configfile"
	clicontext "github.com/docker/cli/cli/context"
	contextdocker "github.com/docker/cli/cli/context/docker"
	"github.com/docker/docker/client"
)

const defaultContext = "default"

// endpoint is where an engine is, and who says so.
type endpoint struct {
	host    string
	source  string // "from DOCKER_HOST"
	context string // the docker context that it is from, if any
	tls     *tls.Config
}

// local is true for an engine that sees this machine's files.
func (e endpoint) local() bool {
	return strings.HasPrefix(e.host, "unix://") || strings.HasPrefix(e.host, "npipe://")
}

func (e endpoint) String() string { return e.host + " (" + e.source + ")" }

// loadConfig reads the docker CLI's configuration file. One that is not there
// or may not be read is an empty one.
func loadConfig(getenv func(string) string) (*configfile.ConfigFile, error) {
	dir := configDir(getenv)
	file, err := config.Load(dir)
	if errors.Is(err, fs.ErrPermission) {
		return configfile.New(filepath.Join(dir, config.ConfigFileName)), nil
	}
	return file, err
}

// PsFormat is how the docker CLI's configuration says to list containers, or
// empty.
func PsFormat(getenv func(string) string) string {
	file, err := loadConfig(getenv)
	if err != nil {
		return "" // whoever needs the engine says so
	}
	return file.PsFormat
}

func configDir(getenv func(string) string) string {
	if dir := getenv(config.EnvOverrideConfigDir); dir != "" {
		return dir
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return filepath.Join(string(filepath.Separator), "nonexistent", ".docker")
	}
	return filepath.Join(home, ".docker")
}

// resolve decides which engine is meant, in the docker CLI's order.
func resolve(options Options, file *configfile.ConfigFile) (endpoint, error) {
	host := options.Getenv(client.EnvOverrideHost)
	switch {
	case options.Host != "" && options.Context != "":
		return endpoint{}, fmt.Errorf("a host (%s) and a context (%s) are given: give one of them", options.Host, options.Context)
	case options.Host != "":
		return fromHost(options.Host, "from --host", options)
	case options.Context != "":
		return fromContext(options.Context, "--context", options)
	case host != "":
		return fromHost(host, "from DOCKER_HOST", options)
	case options.Getenv("DOCKER_CONTEXT") != "":
		return fromContext(options.Getenv("DOCKER_CONTEXT"), "DOCKER_CONTEXT", options)
	case file.CurrentContext != "":
		return fromContext(file.CurrentContext, file.Filename, options)
	default:
		return fromHost(client.DefaultDockerHost, "the default", options)
	}
}

func fromContext(name, origin string, options Options) (endpoint, error) {
	if name == defaultContext {
		return fromHost(client.DefaultDockerHost, "the default context", options)
	}
	contexts := contextStore(options.Getenv)
	wrap := func(err error) error {
		return fmt.Errorf("docker context %q (from %s): %w: `docker context ls` shows the contexts there are", name, origin, err)
	}
	metadata, err := contexts.GetMetadata(name)
	if err != nil {
		return endpoint{}, wrap(err)
	}
	meta, err := contextdocker.EndpointFromContext(metadata)
	if err != nil {
		return endpoint{}, wrap(err)
	}
	found, err := contextdocker.WithTLSData(contexts, name, meta)
	if err != nil {
		return endpoint{}, wrap(err)
	}
	e := endpoint{host: found.Host, source: fmt.Sprintf("docker context %q, from %s", name, origin), context: name}
	if found.TLSData != nil || found.SkipTLSVerify {
		e.tls, err = clientTLS(found.TLSData, found.SkipTLSVerify)
	}
	return e, err
}

func fromHost(host, source string, options Options) (endpoint, error) {
	getenv := options.Getenv
	secure := getenv(client.EnvTLSVerify) != "" || getenv("DOCKER_TLS") != ""
	e := endpoint{host: completeHost(host, secure), source: source}
	if !secure || !strings.HasPrefix(e.host, "tcp://") {
		return e, nil
	}
	dir := getenv(client.EnvOverrideCertPath)
	if dir == "" {
		dir = configDir(getenv)
	}
	data, err := clicontext.TLSDataFromFiles(
		cmp.Or(options.TLS.CA, existing(dir, "ca.pem")), cmp.Or(options.TLS.Cert, existing(dir, "cert.pem")), cmp.Or(options.TLS.Key, existing(dir, "key.pem")))
	if err == nil {
		e.tls, err = clientTLS(data, getenv(client.EnvTLSVerify) == "")
	}
	if err != nil {
		return e, fmt.Errorf("TLS for %s: %w", e, err)
	}
	return e, nil
}

func existing(dir, name string) string {
	path := filepath.Join(dir, name)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return ""
	}
	return path
}

// completeHost adds what may be left out of a host: the scheme tcp, and tcp's
// port.
func completeHost(host string, secure bool) string {
	host = strings.TrimSpace(host)
	scheme, address, found := strings.Cut(host, "://")
	if !found {
		scheme, address = "tcp", host
	}
	if scheme == "unix" && address == "" {
		return client.DefaultDockerHost
	}
	if scheme != "tcp" {
		return host
	}
	address, path, _ := strings.Cut(address, "/")
	name, port := address, ""
	if i := strings.LastIndex(address, ":"); i >= 0 && !strings.HasSuffix(address, "]") {
		name, port = address[:i], address[i+1:]
	}
	if name == "" {
		name = "localhost"
	}
	if port == "" {
		port = "2375"
		if secure {
			port = "2376"
		}
	}
	if path != "" {
		path = "/" + path
	}
	return "tcp://" + name + ":" + port + path
}
