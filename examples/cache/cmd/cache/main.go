// Command cache counts its visitors in Redis.
package main

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"os"

	"github.com/stackctl/stack/examples/internal/service"
)

func main() { service.Main("cache", run) }

func run(ctx context.Context, _ []string) error {
	return service.Serve(ctx, ":8080", newCounter(redis{address: os.Getenv("REDIS_ADDRESS")}))
}

func newCounter(store redis) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		visits, err := store.call(r.Context(), "INCR", "visits")
		if err != nil {
			fail(w, err)
			return
		}
		fmt.Fprintf(w, "You are visitor %s.\n", visits)
	})
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, r *http.Request) {
		if _, err := store.call(r.Context(), "PING"); err != nil {
			fail(w, err)
		}
	})
	return mux
}

func fail(w http.ResponseWriter, err error) {
	log.Print(err)
	http.Error(w, "Redis does not answer", http.StatusBadGateway)
}
