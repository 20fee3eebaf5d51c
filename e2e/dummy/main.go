// Command dummy is the whole of the image that the tests and the bench run: a
// service that becomes ready, or does not, and ends at once when it is told to.
//
//	dummy [serve]      runs until SIGTERM or SIGINT
//	dummy health       exits 0 when the service beside it is ready
//	dummy exit N       exits with N
//	dummy cat FILE     prints a file
//	dummy env NAME     prints a variable
//	dummy lines N      prints N numbered lines
//	dummy touch FILE   creates a file
//	dummy dial ADDRESS exits 0 when something listens there
//
// READY_AFTER is how long serve takes to become ready, such as 1s; "never" is
// never. EXIT_AFTER ends serve by itself, with EXIT_CODE. STOP_AFTER is how
// long it takes to end when told to. WRITE names a file that it creates.
package main

import (
	"fmt"
	"net"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"
)

// ready is where health looks for what serve wrote.
const ready = "/ready"

func main() {
	args := append(os.Args[1:], "serve")[:max(1, len(os.Args)-1)]
	code, err := run(args)
	if err != nil {
		fmt.Fprintln(os.Stderr, "dummy:", err)
	}
	os.Exit(code)
}

func run(args []string) (int, error) {
	if len(args) == 1 {
		switch args[0] {
		case "serve":
			return serve()
		case "health":
			_, err := os.Stat(ready)
			return code(err), err
		}
	}
	if len(args) != 2 {
		return 2, fmt.Errorf("unknown command %q", args)
	}
	switch args[0] {
	case "exit":
		return strconv.Atoi(args[1])
	case "cat":
		content, err := os.ReadFile(args[1])
		os.Stdout.Write(content)
		return code(err), err
	case "env":
		fmt.Println(os.Getenv(args[1]))
		return 0, nil
	case "lines":
		return lines(args[1])
	case "touch":
		err := os.WriteFile(args[1], nil, 0o600)
		return code(err), err
	case "dial":
		connection, err := net.DialTimeout("tcp", args[1], 2*time.Second)
		if err == nil {
			connection.Close()
		}
		return code(err), err
	}
	return 2, fmt.Errorf("unknown command %q", args)
}

func code(err error) int {
	if err != nil {
		return 1
	}
	return 0
}

func lines(count string) (int, error) {
	n, err := strconv.Atoi(count)
	for i := range n {
		fmt.Printf("line %d\n", i+1)
	}
	return code(err), err
}

func serve() (int, error) {
	told := make(chan os.Signal, 1)
	signal.Notify(told, syscall.SIGTERM, os.Interrupt)
	if err := os.Remove(ready); err != nil && !os.IsNotExist(err) {
		return 1, err
	}
	if path := os.Getenv("WRITE"); path != "" {
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			return 1, err
		}
	}
	fmt.Println("started")
	isReady, ended := after("READY_AFTER", "0s"), after("EXIT_AFTER", "never")
	for {
		select {
		case <-isReady:
			if err := os.WriteFile(ready, nil, 0o600); err != nil {
				return 1, err
			}
			fmt.Println("ready")
		case <-ended:
			fmt.Println("ended")
			return strconv.Atoi("0" + os.Getenv("EXIT_CODE"))
		case <-told:
			fmt.Println("told to stop")
			<-after("STOP_AFTER", "0s")
			return 0, nil
		}
	}
}

// after is a channel that is ready after the duration that the variable holds,
// or never.
func after(name, fallback string) <-chan time.Time {
	value, ok := os.LookupEnv(name)
	if !ok {
		value = fallback
	}
	duration, err := time.ParseDuration(value)
	if err != nil {
		return nil
	}
	return time.After(duration)
}
