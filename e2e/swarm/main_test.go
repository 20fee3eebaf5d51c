// Package swarm_test drives the built stack on real Swarms: one of three engines
// on this machine and one of a single engine, those of scripts/lab-swarm.sh.
package swarm_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/client"

	"github.com/stackctl/stack/e2e/driver"
)

// labScript starts, ends and disturbs the Swarm of the tests.
const labScript = "../../scripts/lab-swarm.sh"

// lab is the Swarm of the tests, as the script says where it is.
var lab struct {
	binary   string
	config   string // DOCKER_CONFIG, an empty folder
	said     map[string]string
	registry string
	hosts    map[string]string         // DOCKER_HOST by number
	nodes    map[string]*client.Client // by number
	alone    *client.Client            // the node that is a Swarm of its own
}

// manager is the number of the node that is asked.
const manager = "1"

func TestMain(m *testing.M) {
	if os.Getenv("STACK_E2E") == "off" && os.Getenv("CI") != "true" {
		fmt.Println("STACK_E2E=off: NOT ONE test on a Swarm runs")
		os.Exit(0)
	}
	if os.Getenv("STACK_TEST_SWARM") == "none" { // scripts/test.sh has said so
		os.Exit(0)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	end, err := begin(ctx)
	cancel()
	code := 1
	if err == nil {
		code = m.Run()
	} else {
		fmt.Fprintf(os.Stderr, "\n==> THE TESTS ON A SWARM CANNOT RUN: %v\n", err)
	}
	end()
	os.Exit(code)
}

// begin starts the lab, unless the environment says where one runs, and brings
// the image of the tests into its registry. What it returns ends the lab that it
// started, and is to be called after an error too.
func begin(ctx context.Context) (end func(), err error) {
	end = func() {}
	if lab.binary, err = filepath.Abs(driver.Setting("STACK_BINARY", "../../bin/stack")); err != nil {
		return end, err
	}
	if _, err := os.Stat(lab.binary); err != nil {
		return end, err
	}
	if lab.config, err = os.MkdirTemp("", "stack-swarm"); err != nil {
		return end, err
	}
	end = func() { os.RemoveAll(lab.config) }
	said := strings.Join(os.Environ(), "\n")
	if os.Getenv("STACK_LAB") == "" {
		end = func() {
			os.RemoveAll(lab.config)
			if _, err := output(exec.Command(labScript, "down")); err != nil {
				fmt.Fprintln(os.Stderr, err)
			}
		}
		if said, err = output(exec.CommandContext(ctx, labScript, "up")); err != nil {
			return end, err
		}
	}
	if err := find(said); err != nil {
		return end, err
	}
	// A node that is gone is noticed after three heartbeats.
	if _, err := docker(ctx, lab.nodes[manager], "swarm", "update", "--dispatcher-heartbeat", "1s"); err != nil {
		return end, err
	}
	return end, publish(ctx)
}

// find reads NAME=VALUE words, among them where the lab's nodes and registry are.
func find(said string) error {
	lab.said, lab.hosts, lab.nodes = map[string]string{}, map[string]string{}, map[string]*client.Client{}
	for _, word := range strings.Fields(said) {
		name, value, _ := strings.Cut(word, "=")
		lab.said[name] = value
		if number, ok := strings.CutPrefix(name, "STACK_LAB_HOST_"); ok {
			lab.hosts[number] = value
		}
	}
	lab.registry = lab.said["STACK_LAB_REGISTRY"]
	at := func(host string) (*client.Client, error) {
		return client.NewClientWithOpts(client.WithHost(host), client.WithAPIVersionNegotiation())
	}
	var err error
	for number, host := range lab.hosts {
		if lab.nodes[number], err = at(host); err != nil {
			return err
		}
	}
	if lab.alone, err = at(lab.said["STACK_LAB_ALONE"]); err != nil {
		return err
	}
	if lab.nodes[manager] == nil || lab.registry == "" || lab.said["STACK_LAB_ALONE"] == "" {
		return fmt.Errorf("%s up does not say where its nodes and its registry are", labScript)
	}
	return nil
}

// disturb runs the lab's script on a node: kill, start, unplug, plug.
func disturb(ctx context.Context, what, number string) error {
	_, err := output(exec.CommandContext(ctx, driver.Setting("STACK_LAB", labScript), what, number))
	return err
}

// publish brings the image of the tests into the registry, with a healthcheck
// that looks often.
func publish(ctx context.Context) error {
	dir := filepath.Join(lab.config, "dummy")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", dir+"/dummy", "../dummy")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if _, err := output(build); err != nil {
		return err
	}
	dockerfile := "FROM scratch\nCOPY dummy /dummy\nENTRYPOINT [\"/dummy\"]\nCMD [\"serve\"]\n" +
		"HEALTHCHECK --interval=500ms --timeout=2s --retries=2 CMD [\"/dummy\", \"health\"]\n"
	if err := os.WriteFile(dir+"/Dockerfile", []byte(dockerfile), 0o600); err != nil {
		return err
	}
	if _, err := docker(ctx, lab.nodes[manager], "build", "--tag", image("dummy"), dir); err != nil {
		return err
	}
	_, err := docker(ctx, lab.nodes[manager], "push", image("dummy"))
	return err
}

// image is the tests' name for an image in their registry.
func image(name string) string { return lab.registry + "/" + name + ":1" }

// addresses are the nodes by the names that the Swarm has for them.
func addresses(ctx context.Context) string {
	var list []string
	for _, number := range slices.Sorted(maps.Keys(lab.nodes)) {
		if info, err := lab.nodes[number].Info(ctx); err == nil {
			list = append(list, info.Name+"="+lab.hosts[number])
		}
	}
	return strings.Join(list, ",")
}

// docker runs the docker command on an engine, and returns what it printed.
func docker(ctx context.Context, engine *client.Client, args ...string) (string, error) {
	c := exec.CommandContext(ctx, "docker", args...)
	c.Env = append(os.Environ(), "DOCKER_HOST="+engine.DaemonHost(), "DOCKER_CONFIG="+lab.config)
	return output(c)
}

func output(c *exec.Cmd) (string, error) {
	var stdout, stderr bytes.Buffer
	c.Stdout, c.Stderr = &stdout, &stderr
	if err := c.Run(); err != nil {
		return stdout.String(), fmt.Errorf("%s: %w\n%s%s", strings.Join(c.Args, " "), err, &stdout, &stderr)
	}
	return stdout.String(), nil
}
