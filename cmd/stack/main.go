// Command stack makes a container engine hold what a compose file describes.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/sirupsen/logrus"

	"github.com/stackctl/stack/internal/cli"
)

var version = "dev" // set by the linker

func main() {
	logrus.SetOutput(io.Discard) // what libraries log is no message for a person: their errors are
	dir, err := workingDir()
	if err != nil {
		fmt.Fprintln(os.Stderr, "Error: working directory:", err)
		os.Exit(1)
	}
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	os.Exit(cli.Main(os.Args[1:], cli.Process{
		Program: os.Args[0], In: os.Stdin, Out: os.Stdout, Err: os.Stderr,
		Environ: os.Environ(), Dir: dir, Signals: signals, Version: version,
	}))
}

// workingDir is the folder that stack was called in. One that is gone has the
// name that it had: what needs no file works there too.
func workingDir() (string, error) {
	dir, err := os.Getwd()
	if was := os.Getenv("PWD"); errors.Is(err, os.ErrNotExist) && filepath.IsAbs(was) {
		return was, nil
	}
	return dir, err
}
