package main

import (
	"context"
	_ "embed"
	"html/template"
	"log"
	"net/http"
	"os"
	"strings"

	"github.com/stackctl/stack/examples/internal/service"
)

//go:embed page.html
var pageSource string

type page struct {
	Name   string
	Counts counts
	Error  string
}

// runWeb shows how the shop does, and takes orders.
func runWeb(ctx context.Context) error {
	name, err := os.ReadFile(setting("NAME_FILE", "/etc/shop/name"))
	if err != nil {
		return err
	}
	body, err := template.New("page").Parse(pageSource)
	if err != nil {
		return err
	}
	api := setting("API_URL", "http://api:8080")

	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		shown := page{Name: strings.TrimSpace(string(name))}
		if err := call(r.Context(), http.MethodGet, api+"/orders/count", "", nil, &shown.Counts); err != nil {
			shown.Error = err.Error()
			w.WriteHeader(http.StatusBadGateway)
		}
		if err := body.Execute(w, shown); err != nil {
			log.Print(err)
		}
	})
	mux.HandleFunc("POST /orders", func(w http.ResponseWriter, r *http.Request) {
		if err := call(r.Context(), http.MethodPost, api+"/orders", "", nil, nil); err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		http.Redirect(w, r, "/", http.StatusSeeOther)
	})
	mux.HandleFunc("GET /health", func(http.ResponseWriter, *http.Request) {})
	return service.Serve(ctx, setting("LISTEN", ":8080"), mux)
}
