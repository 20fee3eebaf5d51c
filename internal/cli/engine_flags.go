package cli

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/pflag"

	"github.com/stackctl/stack/engine/docker"
)

// engineFlags are the docker CLI's flags before a command, which say what engine
// is meant. Each has a variable that says the same.
type engineFlags struct {
	host      []string
	context   string
	config    string
	debug     bool
	logLevel  string
	tls       bool
	tlsVerify bool
	tlsFiles  docker.TLSFiles
}

func (e *engineFlags) register(f *pflag.FlagSet) {
	f.StringArrayVarP(&e.host, "host", "H", nil, "Address of the engine (default $DOCKER_HOST, or the context's)")
	f.StringVarP(&e.context, "context", "c", "", "Docker context of the engine (default $DOCKER_CONTEXT, or the current one)")
	f.StringVar(&e.config, "config", "", "Folder of the docker CLI's configuration (default $DOCKER_CONFIG, or ~/.docker)")
	f.BoolVarP(&e.debug, "debug", "D", false, "Say which files and which engine are used")
	f.StringVarP(&e.logLevel, "log-level", "l", "", "debug is --debug; info, warn, error and fatal leave it out")
	f.BoolVar(&e.tls, "tls", false, "Reach the engine with TLS (as $DOCKER_TLS)")
	f.BoolVar(&e.tlsVerify, "tlsverify", false, "Reach it with TLS, and verify who it is (as $DOCKER_TLS_VERIFY)")
	f.StringVar(&e.tlsFiles.CA, "tlscacert", "", "Certificate of who signed the engine's (default ca.pem in $DOCKER_CERT_PATH)")
	f.StringVar(&e.tlsFiles.Cert, "tlscert", "", "Certificate to show to the engine (default cert.pem there)")
	f.StringVar(&e.tlsFiles.Key, "tlskey", "", "Key of that certificate (default key.pem there)")
	f.VisitAll(func(flag *pflag.Flag) { flag.Hidden = flag.Hidden || slices.Contains(dockersOwn, flag.Name) })
}

// dockersOwn are flags that are here for who calls us as the docker CLI does.
var dockersOwn = []string{"config", "debug", "log-level", "tls", "tlsverify", "tlscacert", "tlscert", "tlskey"}

// check finds what contradicts itself.
func (e *engineFlags) check() error {
	switch {
	case len(e.host) > 1:
		return errors.New("specify only one -H")
	case len(e.host) > 0 && e.context != "":
		return errors.New("conflicting options: cannot specify both --host and --context")
	case e.logLevel != "" && !slices.Contains([]string{"debug", "info", "warn", "error", "fatal"}, e.logLevel):
		return fmt.Errorf("unable to parse logging level: %s: it is one of debug, info, warn, error, fatal", e.logLevel)
	}
	e.debug = e.debug || e.logLevel == "debug"
	return nil
}

// environ is an environment that says the same as the flags, for us and for the
// programs that are run for a project.
func (e *engineFlags) environ(p Process) []string {
	if len(e.host) > 0 {
		p = p.without("DOCKER_CONTEXT").with("DOCKER_HOST", e.host[0])
	}
	if e.context != "" {
		if e.context != "default" { // which is what DOCKER_HOST says
			p = p.without("DOCKER_HOST")
		}
		p = p.with("DOCKER_CONTEXT", e.context)
	}
	if e.config != "" {
		p = p.with("DOCKER_CONFIG", e.config)
	}
	if e.tls {
		p = p.with("DOCKER_TLS", "1")
	}
	if e.tlsVerify {
		p = p.with("DOCKER_TLS_VERIFY", "1")
	}
	return p.Environ
}
