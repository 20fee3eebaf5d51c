package project

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/template"
	"github.com/compose-spec/compose-go/v2/types"
)

// unset are variables that the files insist on (${X:?}) and that are not set,
// where what is asked for may do without them.
type unset struct{ names []string }

// unsetMark stands where such a variable does.
const unsetMark = "stack-variable-that-is-not-set"

func (u *unset) substitute(text string, mapping template.Mapping) (string, error) {
	result, err := template.Substitute(text, mapping)
	var missing *template.MissingRequiredError
	if !errors.As(err, &missing) {
		return result, err
	}
	u.names = append(u.names, missing.Variable)
	return unsetMark, nil
}

// loadWithout loads the project although variables are not set that the files
// insist on. It is true if the services that were asked for do not need them.
func (p *Project) loadWithout(ctx context.Context, files []types.ConfigFile) bool {
	w := p.workspace
	if len(w.options.Services) == 0 {
		return false
	}
	w.unset = &unset{}
	if err := p.load(ctx, files); err != nil || len(w.unset.names) == 0 || p.needsUnset() {
		return false
	}
	slices.Sort(w.unset.names)
	for _, name := range slices.Compact(w.unset.names) {
		p.warn(fmt.Sprintf("required variable %s is not set: the services that need it are left out", name))
	}
	return true
}

// needsUnset is true if something that is selected has a variable that is not set.
func (p *Project) needsUnset() bool {
	for _, part := range []any{p.Model.Services, p.Model.Networks, p.Model.Volumes, p.Model.Secrets, p.Model.Configs, p.Model.Models} {
		text, err := json.Marshal(part)
		if err != nil || strings.Contains(string(text), unsetMark) {
			return true
		}
	}
	return false
}
