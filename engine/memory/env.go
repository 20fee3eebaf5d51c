package memory

import "strings"

// VariablePullErrors names images that cannot be pulled, and the error that a
// pull of each gives: "image=text;image=text".
const VariablePullErrors = "STACK_MEMORY_PULL_ERRORS"

// OptionsFrom reads options from variables, for a run of stack without Docker.
func OptionsFrom(getenv func(string) string) Options {
	o := Options{Images: map[string]Image{}}
	for entry := range strings.SplitSeq(getenv(VariablePullErrors), ";") {
		if reference, text, ok := strings.Cut(entry, "="); ok {
			o.Images[strings.TrimSpace(reference)] = Image{PullError: text}
		}
	}
	return o
}
