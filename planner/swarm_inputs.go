package planner

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/docker/docker/api/types/swarm"

	"github.com/stackctl/stack/planner/servicespec"
	"github.com/stackctl/stack/state"
)

// inputName is the engine's name of a config or secret.
type inputName struct {
	kind state.Kind
	name string
}

// inputPlan is what becomes of a config or secret.
type inputPlan struct {
	input  state.Input
	name   inputName
	action Action
}

// decideInputs says which configs and secrets there are to be. Another version
// has another name, so none is ever changed.
func (d *swarmDraft) decideInputs() {
	used := d.inputsInUse()
	for _, input := range d.desired.Inputs {
		p := &inputPlan{input: input, name: inputName{input.Kind, servicespec.InputName(input)}, action: NoOp}
		d.inputs[inputRef(input)] = p
		_, there := d.there[p.name]
		switch {
		case there:
		case input.External:
			d.failAt(input.Where, "external", fmt.Errorf(
				"%s %s declared as external, but the Swarm has none of that name: create it with `docker %s create %s FILE`, or take `external: true` away",
				input.Kind, p.name.name, input.Kind, p.name.name))
		case d.keepsInput(p, used):
			p.name.name = input.Name
		default:
			p.action = Create
		}
		d.names[inputRef(input).String()] = p.name.name
	}
}

func inputRef(input state.Input) state.Ref { return state.Ref{Kind: input.Kind, Name: input.Key} }

// keepsInput is true for a config or secret that `docker stack deploy` made, and
// that is as it is wanted as far as that can be known.
func (d *swarmDraft) keepsInput(p *inputPlan, used map[inputName]bool) bool {
	name := inputName{p.input.Kind, p.input.Name}
	held, there := d.there[name]
	if !there || !used[name] || held.Labels[state.LabelNamespace] != d.desired.Project.Name || d.policy.Recreate == RecreateAlways {
		return false
	}
	if !servicespec.SameInput(held, p.input) {
		return false
	}
	if p.input.Kind == state.KindConfig || p.input.Driver != "" { // all of it is told
		return true
	}
	d.warnings = append(d.warnings, fmt.Sprintf(
		"secret %s was made by `docker stack deploy`, and a Swarm tells nobody what is in it: it is taken to be as the file has it; `stack up --force-recreate` makes it anew", held.Name))
	return true
}

// addInputs creates the configs and secrets that are not there, but those that no
// service is to have: one that is left as it is keeps the version that it has.
func (d *swarmDraft) addInputs() {
	named := map[inputName]bool{}
	for _, p := range d.decided {
		for _, name := range inputsOf(p.spec.Spec) {
			named[name] = true
		}
	}
	for _, input := range d.desired.Inputs {
		p, ref := d.inputs[inputRef(input)], inputRef(input)
		if input.External || p.action == Create && !named[p.name] {
			continue
		}
		d.change(Change{Ref: ref, Name: p.name.name, Action: p.action})
		if p.action != Create || d.made[p.name] != "" {
			continue
		}
		labels := d.namespaced(input.Labels)
		labels[state.LabelStackInput] = input.Key
		d.made[p.name] = d.nodes.add(Node{
			ID: ID(ref.String()), Ref: ref, Group: string(input.Kind) + "s",
			Op: CreateInput{Spec: state.InputSpec{
				Kind: input.Kind, Name: p.name.name, Labels: labels, Digest: input.Digest, Content: input.Content,
				TemplateDriver: input.TemplateDriver, Driver: input.Driver, DriverOpts: input.DriverOpts,
			}},
		})
	}
}

// inputsOf are the configs and secrets that a specification names.
func inputsOf(spec swarm.ServiceSpec) []inputName {
	container := spec.TaskTemplate.ContainerSpec
	if container == nil {
		return nil
	}
	var names []inputName
	for _, c := range container.Configs {
		names = append(names, inputName{state.KindConfig, c.ConfigName})
	}
	for _, s := range container.Secrets {
		names = append(names, inputName{state.KindSecret, s.SecretName})
	}
	if p := container.Privileges; p != nil && p.CredentialSpec != nil && p.CredentialSpec.Config != "" {
		names = append(names, inputName{state.KindConfig, p.CredentialSpec.Config})
	}
	return names
}

// inputsInUse are those that the services of the Swarm use now.
func (d *swarmDraft) inputsInUse() map[inputName]bool {
	used := map[inputName]bool{}
	for _, s := range d.heldAll() {
		for _, name := range inputsOf(s.Spec) {
			used[name] = true
		}
	}
	return used
}

// pruneInputs removes the versions of configs and secrets that no service uses
// once all of this plan has succeeded, nor did before its last update: a rollback
// finds what it needs.
func (d *swarmDraft) pruneInputs() {
	kept := map[inputName]bool{}
	keep := func(spec *swarm.ServiceSpec) {
		if spec != nil {
			for _, name := range inputsOf(*spec) {
				kept[name] = true
			}
		}
	}
	for _, s := range d.heldAll() {
		p := d.decided[s.Service]
		switch {
		case s.OneOff(), p != nil && p.held == nil: // that one is not this service, but of `run`
			keep(s.Previous)
		case p == nil || p.changed == "":
			keep(s.Previous)
		case p.refreshes: // it may be no update at all
			keep(s.Previous)
		case p.action == Replace:
			continue
		}
		keep(&s.Spec)
	}
	var declared = map[inputName]bool{}
	for _, p := range d.inputs {
		kept[p.name], declared[inputName{p.input.Kind, p.input.Name}] = true, true
	}
	var gone []state.ObservedInput
	for _, input := range d.observed.Inputs {
		name := inputName{input.Kind, input.Name}
		version := input.Labels[state.LabelStackInput] != "" || declared[name]
		if input.Labels[state.LabelNamespace] == d.desired.Project.Name && version && !kept[name] {
			gone = append(gone, input)
		}
	}
	d.removeInputs(gone)
}

// removeInputs removes configs and secrets when all else has succeeded. None waits
// for another: one that somebody else uses stays, and holds up nothing.
func (d *swarmDraft) removeInputs(inputs []state.ObservedInput) {
	slices.SortFunc(inputs, func(a, b state.ObservedInput) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
	})
	const reason = "no service uses it any more"
	after := d.nodes.ends()
	for _, input := range inputs {
		ref := state.Ref{Kind: input.Kind, Name: cmp.Or(input.Labels[state.LabelStackInput], input.Name)}
		d.change(Change{Ref: ref, Name: input.Name, Action: Delete, Reasons: []Reason{{Text: reason}}})
		d.nodes.add(Node{
			ID: ID("remove " + string(input.Kind) + " " + input.Name), Ref: ref, Group: string(input.Kind) + "s", Reason: reason,
			After: after, Op: RemoveInput{Input: input}, Optional: true,
		})
	}
}
