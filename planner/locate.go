package planner

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackctl/stack/state"
)

// locate says of each change's reasons and of each node where it is written.
func (d *draft) locate(nodes []Node) {
	l := newLocator(d)
	for _, change := range d.changes {
		where := l.where(change.Ref)
		for i, reason := range change.Reasons {
			if reason.At == (state.Position{}) && reason.Field != "" {
				change.Reasons[i].At = reasonAt(where, reason)
			}
		}
	}
	for i := range nodes {
		nodes[i].Written = l.node(nodes[i])
	}
}

// reasonAt is where a field is written, or what it was a field of, for one that
// is not there any more.
func reasonAt(where map[string]state.Position, reason Reason) state.Position {
	field := reason.Field
	if reason.New == "" {
		field = ""
	}
	_, at := state.Written(where, field)
	return at
}

// writtenAt is where the first of the fields is written that is, or else where
// the last one would be.
func writtenAt(where map[string]state.Position, fields ...string) state.Position {
	var at state.Position
	for _, field := range fields {
		var path string
		if path, at = state.Written(where, field); path == field {
			return at
		}
	}
	return at
}

// failAt notes what no plan can mend, with where the file asks for it.
func (d *draft) failAt(where map[string]state.Position, field string, err error) {
	if path, at := state.Written(where, field); at != (state.Position{}) {
		err = fmt.Errorf("%w (%s)", err, Written{Field: path, At: at})
	}
	d.fail(err)
}

// locator finds what is wanted by what nodes say of it.
type locator struct {
	*draft
	services map[string]state.Service
	networks map[string]state.Network // by key
	volumes  map[string]state.Volume
	images   map[string]string // the first service that has one
	inputs   map[state.Ref]map[string]state.Position
}

func newLocator(d *draft) locator {
	l := locator{
		draft: d, services: map[string]state.Service{}, networks: map[string]state.Network{},
		volumes: map[string]state.Volume{}, images: map[string]string{},
		inputs: map[state.Ref]map[string]state.Position{},
	}
	for _, s := range slices.Backward(d.model.Services) {
		l.services[s.Name] = s
		l.images[s.Config.Image] = s.Name
	}
	for _, n := range d.model.Networks {
		l.networks[n.Key] = n
	}
	for _, v := range d.model.Volumes {
		l.volumes[v.Key] = v
	}
	for _, input := range d.model.Inputs {
		l.inputs[inputRef(input)] = input.Where
	}
	return l
}

// where are the positions of what a ref is about.
func (l locator) where(ref state.Ref) map[string]state.Position {
	switch ref.Kind {
	case state.KindNetwork:
		return l.networks[ref.Name].Where
	case state.KindVolume:
		return l.volumes[ref.Name].Where
	case state.KindImage:
		return l.services[l.images[ref.Name]].Where
	case state.KindContainer, state.KindService:
		return l.services[ref.Name].Where
	case state.KindConfig, state.KindSecret:
		return l.inputs[ref]
	case state.KindHook, state.KindProvider, state.KindModel:
	}
	return nil
}

// node is where what a node is about is written, the whole first.
func (l locator) node(n Node) []Written {
	service, where := l.services[n.Ref.Name], l.where(n.Ref)
	if where == nil { // a hook's container, a volume of files
		service = l.services[n.Group]
		where = service.Where
	}
	w := writer{where: where}
	if _, hook, is := strings.Cut(n.Ref.Name, " "); is && n.Ref.Kind == state.KindHook {
		w.base = hook
	}
	switch op := n.Op.(type) {
	case PullImage, PushImage:
		w.whole("image")
	case BuildImage:
		w.whole("build")
	case CreateContainer:
		w.whole("")
		w.part(state.PartImage, "", "image")
		w.mounts(service, l.volumes)
	case StartContainer:
		w.whole("")
		w.command()
		w.ports(service)
		w.mounts(service, l.volumes)
	case CreateService, UpdateService:
		w.whole("")
		w.part(state.PartImage, "", "image")
		w.command()
		w.ports(service)
		w.mounts(service, l.volumes)
	case AwaitService:
		w.whole("")
		w.part(state.PartImage, "", "image")
		w.part(state.PartHealth, "", "healthcheck")
		w.command()
		w.ports(service)
		w.mounts(service, l.volumes)
	case AwaitContainer:
		w.whole("")
		w.part(state.PartHealth, "", "healthcheck")
	case RunHook:
		w.whole(ranField(service, op))
	case ConnectNetwork:
		w.whole(l.networkField(op.Attachment.Network))
	default:
		w.whole("")
	}
	return w.written
}

// networkField is the field of a service that attaches it to a network.
func (d *draft) networkField(name string) string {
	for _, n := range d.model.Networks {
		if n.Config.Name == name {
			return "networks." + n.Key
		}
	}
	return "networks"
}

// ranField is the field of a hook that runs in a container. One that the
// container was created with may be written no more.
func ranField(service state.Service, op RunHook) string {
	hooks := service.Config.PostStart
	if op.Hook == "pre_stop" {
		hooks = service.Config.PreStop
	}
	spec := plain(op.Spec)
	i := slices.IndexFunc(hooks, func(h types.ServiceHook) bool { return plain(h) == spec })
	if i < 0 {
		return ""
	}
	return fmt.Sprintf("%s[%d]", op.Hook, i)
}

// plain is equal for hooks that say the same.
func plain(hook types.ServiceHook) string {
	text, _ := json.Marshal(hook) // plain data: it cannot fail
	return string(text)
}
