package docker

import (
	"path/filepath"
	"slices"

	contextdocker "github.com/docker/cli/cli/context/docker"
	"github.com/docker/cli/cli/context/store"
)

// contextStore is where the docker CLI keeps its contexts.
func contextStore(getenv func(string) string) *store.ContextStore {
	return store.New(filepath.Join(configDir(getenv), "contexts"), store.NewConfig(
		func() any { return &map[string]any{} },
		store.EndpointTypeGetter(contextdocker.DockerEndpoint, func() any { return &contextdocker.EndpointMeta{} }),
	))
}

// ContextNames are the docker contexts that there are, by name. Those that cannot
// be read are left out.
func ContextNames(getenv func(string) string) []string {
	names := []string{defaultContext}
	if all, err := store.Names(contextStore(getenv)); err == nil {
		names = append(names, all...)
	}
	slices.Sort(names)
	return names
}
