// Command wiki is a wiki of one screen that keeps its pages in PostgreSQL.
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

func main() { service.Main("wiki", run) }

func run(ctx context.Context, _ []string) error {
	password, err := os.ReadFile(os.Getenv("DATABASE_PASSWORD_FILE"))
	if err != nil {
		return err
	}
	handler, err := newWiki(database{
		address:  os.Getenv("DATABASE_ADDRESS"),
		name:     os.Getenv("DATABASE_NAME"),
		user:     os.Getenv("DATABASE_USER"),
		password: strings.TrimSpace(string(password)),
	})
	if err != nil {
		return err
	}
	return service.Serve(ctx, ":8080", handler)
}

// newWiki shows the pages and takes new ones.
func newWiki(db database) (http.Handler, error) {
	body, err := template.New("page").Parse(pageSource)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		rows, err := db.query(r.Context(), "SELECT title, body FROM pages ORDER BY title")
		if err != nil {
			fail(w, err)
			return
		}
		if err := body.Execute(w, rows); err != nil {
			log.Print(err)
		}
	})
	mux.HandleFunc("POST /pages", func(w http.ResponseWriter, r *http.Request) {
		_, err := db.query(r.Context(), `INSERT INTO pages (title, body) VALUES ($1, $2)
			ON CONFLICT (title) DO UPDATE SET body = EXCLUDED.body`, r.FormValue("title"), r.FormValue("body"))
		if err != nil {
			fail(w, err)
			return
		}
		http.Redirect(w, r, "/", http.StatusSeeOther)
	})
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, r *http.Request) {
		if _, err := db.query(r.Context(), "SELECT 1 FROM pages LIMIT 1"); err != nil {
			fail(w, err)
		}
	})
	return mux, nil
}

func fail(w http.ResponseWriter, err error) {
	log.Print(err)
	http.Error(w, "the database does not answer", http.StatusBadGateway)
}
