package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/stackctl/stack/internal/render"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// prepare plans, and asks for the consents that the plan needs. Without a
// terminal their lack is an error: what would be lost must not depend on who
// happens to look.
func (c *convergence) prepare(ctx context.Context) (step, error) {
	s, err := c.plan(ctx)
	if err != nil || len(s.plan.Consents) == 0 {
		return s, err
	}
	var given []string
	switch {
	case c.yes:
		for _, consent := range s.plan.Consents {
			given = append(given, consent.Name)
		}
	case c.preview:
	case isTerminal(c.app.process.In):
		given, err = c.ask(ctx, s.plan.Consents)
	default:
		err = &consentError{s.plan.Consents}
	}
	if err != nil || len(given) == 0 {
		return s, err
	}
	c.policy.Consents = append(c.policy.Consents, given...)
	return c.plan(ctx)
}

// ask asks a person for each consent, and returns the names of those that were
// given. The others stay as they are.
func (c *convergence) ask(ctx context.Context, consents []planner.Consent) ([]string, error) {
	var given []string
	for _, consent := range consents {
		if err := c.tell(describeConsent(consent) + "\nDo it? [y/N] "); err != nil {
			return nil, err
		}
		yes, err := c.readYes(ctx)
		if err != nil {
			return nil, err
		}
		if yes {
			given = append(given, consent.Name)
			continue
		}
		if err := c.tell(fmt.Sprintf("volume %s stays as it is, with its data\n", consent.Name)); err != nil {
			return nil, err
		}
	}
	return given, nil
}

func (s *session) tell(text string) error {
	_, err := io.WriteString(s.app.process.Err, text)
	return err
}

// readYes reads one answer.
func (s *session) readYes(ctx context.Context) (bool, error) {
	yes, _, err := s.readAnswer(ctx)
	return yes, err
}

// readAnswer is readYes, and says whether there was an answer at all.
func (s *session) readAnswer(ctx context.Context) (yes, answered bool, err error) {
	text, answered, err := s.app.answer(ctx)
	return truth(text), answered, err
}

// consentError are consents that nobody is there to give.
type consentError struct{ consents []planner.Consent }

func (e *consentError) Error() string {
	var b strings.Builder
	for _, consent := range e.consents {
		b.WriteString(describeConsent(consent) + "\n")
	}
	fmt.Fprintf(&b, "Nothing was changed. To let it happen, run again with %s", render.ConsentFlags(e.consents))
	return b.String()
}

// describeConsent says what would be lost, and why.
func describeConsent(consent planner.Consent) string {
	var b strings.Builder
	b.WriteString(consent.Text)
	for _, reason := range consent.Reasons {
		b.WriteString("\n    " + render.Reason(reason))
	}
	return b.String()
}

func registerReplaceVolume(f *pflag.FlagSet, names *[]string) {
	f.StringArrayVar(names, "replace-volume", nil, "Replace this volume if it is defined otherwise now; the data in it is lost (--yes does it for all)")
}

// consents are the engine's names of the volumes that --replace-volume names,
// by their keys in the compose file or by these names.
func consents(names []string, volumes []state.Volume) ([]string, error) {
	var given []string
	for _, name := range names {
		i := slices.IndexFunc(volumes, func(v state.Volume) bool {
			return !v.External && (v.Key == name || v.Config.Name == name)
		})
		if i < 0 {
			return nil, fmt.Errorf("--replace-volume: no such volume: %s", name)
		}
		given = append(given, volumes[i].Config.Name)
	}
	return given, nil
}
