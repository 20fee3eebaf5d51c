package docker

import (
	"errors"
	"slices"
	"strings"
)

// explain says what to do about a registry that does not give or take an
// image. It knows who asked.
func (a account) explain(failed, err error) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	switch {
	case errors.As(err, new(*silence)):
		return hint(failed, "check that the registry runs, and the engine's network and proxy; %s says how long to wait", VariablePullTimeout)
	case limited(text) && a.known:
		return hint(failed, "the registry limits how often %s may ask: try again later", a.who())
	case limited(text):
		return hint(failed, "the registry limits how often one may ask without a login: %s, or try again later", a.login())
	case refused(text) && a.known:
		return hint(failed, "the registry refuses %s: check the image's name and what %s may do there, or %s again", a.who(), a.who(), a.login())
	case refused(text):
		return hint(failed, "check the image's name; if it is private, %s", a.login())
	case passes(err):
		return hint(failed, "the registry failed %d times in a row: try again later", tries)
	default:
		return explainPull(failed, err)
	}
}

// who is who asked, in words.
func (a account) who() string {
	if a.user == "" {
		return "this login"
	}
	return a.user
}

// explainPull says what to do about an image that cannot be pulled, whoever
// asks for it.
func explainPull(failed, err error) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	switch {
	case refused(text):
		return hint(failed, "check the image's name; if it is private, `docker login` to its registry")
	case unreachable(text):
		return hint(failed, "the engine cannot reach the registry: check the image's name, and the engine's network, DNS and proxy")
	case says(text, "does not exist locally", "tag does not exist", "No such image"):
		return hint(failed, "build or pull it first")
	case says(text, "manifest unknown", "not found"):
		return hint(failed, "check the image's name and tag")
	default:
		return failed
	}
}

// limited is true for a registry that is asked too often.
func limited(text string) bool {
	return says(strings.ToLower(text), "toomanyrequests", "too many requests", "rate limit")
}

// refused is true for a registry that wants another login, or none.
func refused(text string) bool {
	return says(text, "pull access denied", "unauthorized", "no basic auth", "access to the resource is denied", "authorization failed",
		"insufficient_scope", "denied:", "status: 401", "status: 403", ": 401 Unauthorized", ": 403 Forbidden") ||
		strings.HasSuffix(text, "denied") // a refused push, which the engine says no more of
}

// unreachable is true for the errors of an engine without a way to a registry.
func unreachable(text string) bool {
	return says(text, "no such host", "server misbehaving", "network is unreachable", "connection refused", "i/o timeout")
}

func says(text string, phrases ...string) bool {
	return slices.ContainsFunc(phrases, func(phrase string) bool { return strings.Contains(text, phrase) })
}
