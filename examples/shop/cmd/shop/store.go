package main

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"

	"github.com/stackctl/stack/examples/internal/service"
)

// runStore keeps the orders. Only who knows the token may ask.
func runStore(ctx context.Context) error {
	token, err := readToken()
	if err != nil {
		return err
	}
	kept, err := openOrders(setting("STORE_FILE", "/data/orders.json"))
	if err != nil {
		return err
	}
	return service.Serve(ctx, setting("LISTEN", ":8080"), storeHandler(kept, token))
}

func storeHandler(kept *orders, token string) http.Handler {
	private := http.NewServeMux()
	private.HandleFunc("PUT /schema", func(w http.ResponseWriter, _ *http.Request) {
		respond(w, nil, kept.migrate())
	})
	private.HandleFunc("POST /orders", func(w http.ResponseWriter, _ *http.Request) {
		placed, err := kept.place()
		respond(w, placed, err)
	})
	private.HandleFunc("GET /orders/count", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, kept.count())
	})
	private.HandleFunc("POST /orders/take", func(w http.ResponseWriter, _ *http.Request) {
		taken, ok := kept.take()
		if !ok {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		answer(w, taken)
	})
	private.HandleFunc("POST /orders/{id}/packed", func(w http.ResponseWriter, r *http.Request) {
		id, err := strconv.Atoi(r.PathValue("id"))
		if err != nil {
			http.Error(w, "an order's id is a number", http.StatusBadRequest)
			return
		}
		respond(w, nil, kept.pack(id))
	})

	public := http.NewServeMux()
	public.HandleFunc("GET /health", func(http.ResponseWriter, *http.Request) {})
	public.Handle("/", authorized(token, private))
	return public
}

func respond(w http.ResponseWriter, value any, err error) {
	switch {
	case errors.Is(err, errNoSchema):
		http.Error(w, err.Error(), http.StatusConflict)
	case errors.Is(err, errNoOrder):
		http.Error(w, err.Error(), http.StatusNotFound)
	case err != nil:
		http.Error(w, err.Error(), http.StatusInternalServerError)
	case value == nil:
		w.WriteHeader(http.StatusNoContent)
	default:
		answer(w, value)
	}
}

func authorized(token string, next http.Handler) http.Handler {
	want := []byte("Bearer " + token)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if subtle.ConstantTimeCompare([]byte(r.Header.Get("Authorization")), want) != 1 {
			http.Error(w, "the store's token is missing or wrong", http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// readToken reads the secret that the store shares with those who use it.
func readToken() (string, error) {
	content, err := os.ReadFile(setting("TOKEN_FILE", "/run/secrets/store_token"))
	if err != nil {
		return "", err
	}
	token := strings.TrimSpace(string(content))
	if token == "" {
		return "", fmt.Errorf("the store's token is empty")
	}
	return token, nil
}
