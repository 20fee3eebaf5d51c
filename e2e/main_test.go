package e2e_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/docker/docker/client"

	"github.com/stackctl/stack/e2e/driver"
)

// binary is the stack that is driven: STACK_BINARY, or what make build made.
var binary = driver.Setting("STACK_BINARY", "../bin/stack")

// docker is the engine that the tests run on, seen without stack.
var docker *client.Client

func TestMain(m *testing.M) {
	if os.Getenv("STACK_E2E") == "off" && os.Getenv("CI") != "true" {
		fmt.Println("STACK_E2E=off: NOT ONE end-to-end test runs")
		os.Exit(0)
	}
	if err := prepare(); err != nil {
		fmt.Fprintf(os.Stderr, "\n==> THE END-TO-END TESTS CANNOT RUN: %v\n", err)
		fmt.Fprintln(os.Stderr, "    make e2e builds what they need and finds or starts an engine; STACK_E2E=off leaves them out.")
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func prepare() (err error) {
	if binary, err = filepath.Abs(binary); err != nil {
		return err
	}
	if _, err := os.Stat(binary); err != nil {
		return err
	}
	docker, err = client.NewClientWithOpts(client.FromEnv, client.WithAPIVersionNegotiation())
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if _, err := docker.Ping(ctx); err != nil {
		return err
	}
	if _, err := docker.ImageInspect(ctx, "stack-e2e/dummy"); err != nil {
		return fmt.Errorf("%w (scripts/images.sh makes it)", err)
	}
	return nil
}
