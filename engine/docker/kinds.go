package docker

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"time"
)

// kind is what may be done about a call that fails or hangs.
type kind int

const (
	// question is a call that reads: it can be made again.
	question kind = iota
	// order is a call that writes: it is made once.
	order
	// feed is a call that reads, and whose answer goes on until one of both ends it.
	feed
	// talks are calls that take as long as a registry, a build or a command in a
	// container needs: who makes them sees to their end.
	talks
)

var version = regexp.MustCompile(`/v1\.\d+/`)

// kindOf tells the kind of a call by its method and path.
func kindOf(request *http.Request) kind {
	root, rest := parts(request)
	last := rest[strings.LastIndex(rest, "/")+1:]
	read := request.Method == http.MethodGet || request.Method == http.MethodHead
	switch {
	case request.Method == http.MethodDelete: // the last part is a name, whatever it is
		return order
	case root == "build", root == "session", root == "grpc", root == "distribution", root == "auth",
		root == "images" && (last == "push" || last == "create" || last == "load" || last == "get"),
		root == "exec" && last == "start",
		root == "containers" && (last == "attach" || last == "wait" || last == "stats" || read && last == "archive"):
		return talks
	case root == "events", root == "containers" && (last == "logs" || last == "export"),
		(root == "services" || root == "tasks") && last == "logs":
		return feed
	case read:
		return question
	default:
		return order
	}
}

// parts are the kind of thing that a call is about, and what follows it.
func parts(request *http.Request) (root, rest string) {
	path := request.URL.Path
	if at := version.FindStringIndex(path); at != nil {
		path = path[at[1]:]
	}
	root, rest, _ = strings.Cut(strings.Trim(path, "/"), "/")
	return root, rest
}

type limitKey struct{}

// within gives a call that writes a time of its own, in place of the usual one.
func within(ctx context.Context, limit time.Duration) context.Context {
	return context.WithValue(ctx, limitKey{}, limit)
}

func limitOf(ctx context.Context, usual time.Duration) time.Duration {
	if limit, ok := ctx.Value(limitKey{}).(time.Duration); ok {
		return limit
	}
	return usual
}
