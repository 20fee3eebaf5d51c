package memory

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

// VariablePullErrors names images that cannot be pulled, and the error that a
// pull of each gives: "image=text;image=text".
const VariablePullErrors = "STACK_MEMORY_PULL_ERRORS"

// VariableBuildErrors names images whose build fails, and what the step prints
// that fails: "image=text;image=text".
const VariableBuildErrors = "STACK_MEMORY_BUILD_ERRORS"

// VariableNodes makes the engine a Swarm, of as many nodes: 3. They are called
// node1, node2 and so on; the first one answers.
const VariableNodes = "STACK_MEMORY_NODES"

// OptionsFrom reads options from variables, for a run of stack without Docker.
func OptionsFrom(getenv func(string) string) Options {
	o := Options{Images: map[string]Image{}}
	for reference, text := range pairs(getenv(VariablePullErrors)) {
		o.Images[reference] = Image{PullError: text}
	}
	if broken := pairs(getenv(VariableBuildErrors)); len(broken) > 0 {
		o.Build = func(spec state.BuildSpec) (string, error) {
			if output, fails := broken[spec.Image]; fails {
				return "", &engine.BuildError{Step: "RUN make", Output: output, Cause: errors.New("exit code: 2")}
			}
			return "", nil
		}
	}
	if text := getenv(VariableNodes); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			o.invalid = fmt.Errorf("%s=%s: it is the number of a Swarm's nodes: 3", VariableNodes, text)
		} else {
			o.Nodes = make([]Node, n)
		}
	}
	return o
}

// pairs reads "image=text;image=text".
func pairs(text string) map[string]string {
	all := map[string]string{}
	for entry := range strings.SplitSeq(text, ";") {
		if reference, text, ok := strings.Cut(entry, "="); ok {
			all[strings.TrimSpace(reference)] = text
		}
	}
	return all
}
