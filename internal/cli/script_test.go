package cli_test

import (
	"os"
	"os/signal"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/stackctl/stack/internal/cli"
	"github.com/stackctl/stack/internal/remote/remotetest"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"stack":          func() { runAs("/usr/local/bin/stack") },
		"docker-compose": func() { runAs("/home/user/.docker/cli-plugins/docker-compose") },
	})
}

func runAs(program string) {
	dir, err := os.Getwd()
	if err != nil {
		panic(err)
	}
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	os.Exit(cli.Main(os.Args[1:], cli.Process{
		Program: program, In: os.Stdin, Out: os.Stdout, Err: os.Stderr,
		Environ: os.Environ(), Dir: dir, Signals: signals, Version: "v1.2.3",
	}))
}

// TestScripts runs each file of testdata/script as a terminal session on the
// engine in memory.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("STACK_ENGINE", "memory")
			env.Setenv("GORACE", "atexit_sleep_ms=0") // a second for each command otherwise
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("XDG_STATE_HOME", env.WorkDir+"/.state")
			env.Setenv("XDG_CACHE_HOME", env.WorkDir+"/.cache")
			registry := remotetest.NewRegistry()
			env.Defer(registry.Close)
			env.Setenv("REGISTRY", registry.Address())
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exitcode": exitCode,
			"await":    await,
			"docker":   docker,
			"machine":  machine,
		},
	})
}
