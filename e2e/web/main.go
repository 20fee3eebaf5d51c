// Command web is the whole of the image with which updates under load are
// tested: a server that drains when it is told to stop, and a proxy before
// several of them.
//
//	web [serve]        answers each request on port 80 with VERSION, until SIGTERM
//	web health         exits 0 when the server beside it calls itself healthy
//	web proxy NAME     answers on port 80 with what the servers called NAME say
//
// TAKES is how long an answer takes, such as 20ms. HEALTHY is no for a server
// that never calls itself healthy.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	args := append(os.Args[1:], "serve")
	if err := run(args[0], args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "web:", err)
		os.Exit(1)
	}
}

func run(command string, args []string) error {
	switch {
	case command == "serve":
		return listen(http.HandlerFunc(answer))
	case command == "health":
		return health()
	case command == "proxy" && len(args) > 1:
		return listen(proxy{args[0]})
	}
	return fmt.Errorf("unknown command %q", command)
}

// listen serves until SIGTERM, and then ends what it has begun.
func listen(handler http.Handler) error {
	told, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	server := &http.Server{Addr: ":80", Handler: handler, ReadHeaderTimeout: time.Minute}
	failed := make(chan error, 1)
	go func() { failed <- server.ListenAndServe() }()
	select {
	case err := <-failed:
		return err
	case <-told.Done():
		fmt.Println("told to stop")
	}
	return server.Shutdown(context.Background())
}

// after is a channel that is ready after a duration, never for an empty one.
func after(text string) <-chan time.Time {
	duration, err := time.ParseDuration(text)
	if err != nil {
		return nil
	}
	return time.After(duration)
}

func answer(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/health" {
		if os.Getenv("HEALTHY") == "no" {
			http.Error(w, "not healthy", http.StatusServiceUnavailable)
		}
		return
	}
	if wait := after(os.Getenv("TAKES")); wait != nil {
		<-wait
	}
	fmt.Fprint(w, os.Getenv("VERSION"))
}

func health() error {
	response, err := http.Get("http://127.0.0.1/health")
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s", response.Status)
	}
	return nil
}
