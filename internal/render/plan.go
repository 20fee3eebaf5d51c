package render

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// PlanOptions say how a plan is printed.
type PlanOptions struct {
	Color bool
	// Verbose lists also what stays as it is.
	Verbose bool
}

// ConsentFlags are the flags that give the consents that a plan asks for.
func ConsentFlags(consents []planner.Consent) string {
	var single []string
	for _, c := range consents {
		single = append(single, "--replace-volume "+c.Ref.Name)
	}
	if len(single) == 1 {
		return single[0] + " (or --yes)"
	}
	return strings.Join(single, " ") + " (or some of these, or --yes for all)"
}

// Reason is a reason in a line, with the place in the file that it comes from.
func Reason(reason planner.Reason) string { return reason.String() + whereAt(reason) }

// Plan prints what a plan would do and why, for a person.
func Plan(w io.Writer, plan planner.Plan, options PlanOptions) error {
	t := &planText{plan: plan, order: newOrder(plan), style: style{options.Color}, options: options}
	for _, section := range t.sections() {
		t.section(section)
	}
	t.rollouts()
	t.pending()
	t.consents()
	t.warnings()
	t.line("%s", t.summary())
	_, err := io.WriteString(w, t.out.String())
	return err
}

// planText is the text of a plan while it is written.
type planText struct {
	plan    planner.Plan
	order   order
	style   style
	options PlanOptions
	out     strings.Builder
}

// section is a heading with what is under it.
type section struct {
	title   string
	entries []entry
}

func (t *planText) line(format string, args ...any) {
	fmt.Fprintf(&t.out, format+"\n", args...)
}

func (t *planText) sections() []section {
	titles := map[state.Kind]string{
		state.KindNetwork: "Networks", state.KindVolume: "Volumes", state.KindImage: "Images", state.KindContainer: "Services",
		state.KindProvider: "Providers", state.KindModel: "Models", state.KindHook: "Hooks",
		state.KindService: "Services", state.KindConfig: "Configs", state.KindSecret: "Secrets",
	}
	var all []section
	for _, kind := range kinds(t.plan) {
		if entries := t.entries(kind); len(entries) > 0 {
			all = append(all, section{titles[kind], entries})
		}
	}
	return all
}

func (t *planText) section(s section) {
	t.line("%s", t.style.bold(s.title))
	labels, names := 0, 0
	for _, e := range s.entries {
		labels = max(labels, cells(e.label))
		names = max(names, cells(e.names))
	}
	for _, e := range s.entries {
		// Padding is for columns: a long list of names does not widen it.
		t.entry(e, min(labels, 32), min(names, 40))
	}
	t.line("")
}

func (t *planText) entry(e entry, labels, names int) {
	head := fmt.Sprintf("%s %s  %s", t.symbol(e.action), pad(e.label, labels), pad(e.names, names))
	if e.note != "" {
		head += "  " + t.style.dim(e.note)
	}
	t.line("%s", strings.TrimRight(head, " "))
	t.reasons(e.reasons)
	if e.undo != "" {
		t.line("        %s", t.style.dim(e.undo))
	}
}

func (t *planText) reasons(reasons []planner.Reason) {
	for _, reason := range reasons {
		t.line("        %s%s", reason, t.style.dim(whereAt(reason)))
	}
}

func (t *planText) symbol(action planner.Action) string {
	switch action {
	case planner.Create:
		return t.style.paint(green, "  +")
	case planner.Update:
		return t.style.paint(yellow, "  ~")
	case planner.Replace:
		return t.style.paint(magenta, "-/+")
	case planner.Delete:
		return t.style.paint(red, "  -")
	case planner.NoOp:
	}
	return "   "
}

func (t *planText) pending() {
	if len(t.plan.Pending) == 0 {
		return
	}
	lines := map[string][]string{} // by why
	for _, pending := range t.plan.Pending {
		refs := map[string][]state.Ref{}
		for _, change := range t.plan.Changes {
			if slices.Contains(pending.Replicas, change.Ref) && len(change.Reasons) > 0 {
				why := change.Reasons[0].String()
				refs[why] = append(refs[why], change.Ref)
			}
		}
		for why, refs := range refs {
			lines[why] = append(lines[why], strings.Join(replicaNames(refs), ", "))
		}
	}
	for _, why := range slices.Sorted(maps.Keys(lines)) {
		t.line("%s", t.style.bold(strings.ToUpper(why[:1])+why[1:]))
		for _, line := range lines[why] {
			t.line("    %s", line)
		}
		t.line("")
	}
}

func (t *planText) consents() {
	if len(t.plan.Consents) == 0 {
		return
	}
	t.line("%s", t.style.bold("Left as it is, for data would be lost"))
	for _, c := range t.plan.Consents {
		t.line("%s %s", t.style.paint(red, "  !"), c.Text)
		t.reasons(c.Reasons)
	}
	t.line("    to let this happen: %s", ConsentFlags(t.plan.Consents))
	t.line("")
}

func (t *planText) warnings() {
	if len(t.plan.Warnings) == 0 {
		return
	}
	t.line("%s", t.style.bold("Warnings"))
	for _, warning := range t.plan.Warnings {
		t.line("%s %s", t.style.paint(yellow, "  !"), warning)
	}
	t.line("")
}

func (t *planText) summary() string {
	counts := Count(t.plan)
	if !t.plan.Empty() {
		return t.style.bold("Plan:") + " " + counts.String() + "."
	}
	if counts.Pending > 0 || len(t.plan.Consents) > 0 {
		return "Nothing to do without the above."
	}
	things, n := inventory(t.plan)
	switch n {
	case 0:
		return "Nothing to do."
	case 1:
		return "Nothing to do: " + things + " is as it should be."
	}
	return "Nothing to do: " + things + " are as they should be."
}
