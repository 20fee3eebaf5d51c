// Command stack makes a container engine hold what a compose file describes.
package main

import (
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/sirupsen/logrus"

	"github.com/stackctl/stack/internal/cli"
)

var version = "dev" // set by the linker

func main() {
	logrus.SetOutput(io.Discard) // what libraries log is no message for a person: their errors are
	dir, err := os.Getwd()
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
