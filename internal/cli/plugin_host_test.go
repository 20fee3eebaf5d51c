package cli

import (
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"go.uber.org/goleak"
	"gotest.tools/v3/assert"
)

// dockerCLI listens for its plugin, as the docker CLI does.
func dockerCLI(t *testing.T) (Process, chan os.Signal, func()) {
	t.Helper()
	address := filepath.Join(t.TempDir(), "cli.sock")
	listener, err := net.Listen("unix", address)
	assert.NilError(t, err)
	t.Cleanup(func() { listener.Close() })
	signals := make(chan os.Signal)
	p := Process{Signals: signals, Environ: []string{hostSocket + "=" + address}}
	return p, signals, func() {
		plugin, err := listener.Accept()
		assert.NilError(t, err)
		plugin.Close()
	}
}

func TestTheEndOfTheDockerCLIIsAnInterrupt(t *testing.T) {
	defer goleak.VerifyNone(t)
	p, _, end := dockerCLI(t)
	signals, leave := p.hostSignals()
	defer leave()
	end()
	assert.Equal(t, <-signals, os.Interrupt)
}

func TestASignalAndTheEndOfTheDockerCLIAreOneInterrupt(t *testing.T) {
	defer goleak.VerifyNone(t)
	p, own, end := dockerCLI(t)
	signals, leave := p.hostSignals()
	defer leave()
	go func() { own <- syscall.SIGTERM }()
	assert.Equal(t, <-signals, syscall.SIGTERM)
	end()
	go func() { own <- syscall.SIGINT }()
	assert.Equal(t, <-signals, syscall.SIGINT, "the second is the one that was sent")

	p, own, end = dockerCLI(t)
	signals, leaveSecond := p.hostSignals()
	defer leaveSecond()
	end()
	assert.Equal(t, <-signals, os.Interrupt)
	own <- syscall.SIGINT // the same Ctrl-C
	select {
	case s := <-signals:
		t.Fatalf("told twice: %v", s)
	default:
	}
}

func TestAPluginOutlivesADockerCLIWithoutASocket(t *testing.T) {
	defer goleak.VerifyNone(t)
	for _, environ := range [][]string{nil, {hostSocket + "=" + filepath.Join(t.TempDir(), "gone.sock")}} {
		own := make(chan os.Signal, 1)
		signals, leave := Process{Signals: own, Environ: environ}.hostSignals()
		own <- os.Interrupt
		assert.Equal(t, <-signals, os.Interrupt)
		leave()
	}
}
