package buildkit

import (
	"encoding/csv"
	"fmt"
	"strings"

	"github.com/moby/buildkit/client"
)

// cacheEntries reads cache_from or cache_to: an image's name, or fields such as
// type=local,dest=path. No error shows one: it may hold credentials.
func cacheEntries(field string, entries []string, getenv func(string) string) ([]client.CacheOptionsEntry, error) {
	var all []client.CacheOptionsEntry
	for n, text := range entries {
		entry, err := cacheEntry(text)
		if err != nil {
			return nil, fmt.Errorf("build.%s[%d]: %w", field, n, err)
		}
		if entry.Type == "gha" {
			addGitHub(entry.Attrs, getenv)
		}
		all = append(all, entry)
	}
	return all, nil
}

func cacheEntry(text string) (client.CacheOptionsEntry, error) {
	entry := client.CacheOptionsEntry{Attrs: map[string]string{}}
	if !strings.Contains(text, "=") {
		entry.Type, entry.Attrs["ref"] = "registry", text
		return entry, nil
	}
	parts, err := csv.NewReader(strings.NewReader(text)).Read()
	if err != nil {
		return entry, err
	}
	for n, part := range parts {
		key, value, found := strings.Cut(part, "=")
		if !found {
			return entry, fmt.Errorf("expected KEY=VALUE in its field %d", n+1)
		}
		if key = strings.ToLower(strings.TrimSpace(key)); key == "type" {
			entry.Type = value
		} else {
			entry.Attrs[key] = value
		}
	}
	if entry.Type == "" {
		return entry, fmt.Errorf("expected a type, such as type=registry, type=local, type=inline or type=gha")
	}
	return entry, nil
}

// addGitHub adds what a job of GitHub Actions finds in its environment.
func addGitHub(attrs map[string]string, getenv func(string) string) {
	for key, variable := range map[string]string{"url": "ACTIONS_CACHE_URL", "url_v2": "ACTIONS_RESULTS_URL", "token": "ACTIONS_RUNTIME_TOKEN"} {
		if value := getenv(variable); attrs[key] == "" && value != "" {
			attrs[key] = value
		}
	}
}
