package main

import (
	"context"
	"errors"
	"log"
	"net/http"

	"github.com/stackctl/stack/examples/internal/service"
)

// runAPI stands between the web front end and the store, whose token it has.
func runAPI(ctx context.Context) error {
	token, err := readToken()
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /orders", func(w http.ResponseWriter, r *http.Request) {
		var placed order
		forward(w, call(r.Context(), http.MethodPost, storeURL()+"/orders", token, nil, &placed), &placed)
	})
	mux.HandleFunc("GET /orders/count", func(w http.ResponseWriter, r *http.Request) {
		var count counts
		forward(w, call(r.Context(), http.MethodGet, storeURL()+"/orders/count", token, nil, &count), &count)
	})
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, r *http.Request) {
		forward(w, call(r.Context(), http.MethodGet, storeURL()+"/health", "", nil, nil), struct{}{})
	})
	return service.Serve(ctx, setting("LISTEN", ":8080"), mux)
}

// forward passes on the store's answer, or what it refused.
func forward(w http.ResponseWriter, err error, value any) {
	var refused statusError
	switch {
	case errors.As(err, &refused):
		http.Error(w, refused.text, refused.code)
	case err != nil:
		log.Print(err)
		http.Error(w, "the store does not answer", http.StatusBadGateway)
	default:
		answer(w, value)
	}
}
