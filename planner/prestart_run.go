package planner

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackctl/stack/state"
)

// hookRun is one run of a pre_start hook, in a container that is created for
// it, waited for and removed. It shares the volumes of one of the service's
// containers, which exists and does not run.
type hookRun struct {
	*bringUp
	ref    state.Ref
	handle state.Handle
	hook   state.PreStart
	place  int // in the list of hooks
	after  []ID
	undo   []Operation // of what was prepared for the service's containers
}

func newHookRun(b *bringUp, index, number int, after []ID) *hookRun {
	service := b.service.service
	return &hookRun{
		bringUp: b,
		ref:     state.PreStartRef(service.Name, index, number),
		handle:  state.Handle{Name: b.desired.Project.PreStartName(service.Name, index, number)},
		hook:    service.PreStart[index], place: index, after: after,
	}
}

func (h *hookRun) node(verb string, op Operation, after ...ID) Node {
	return Node{ID: ID(verb + " " + h.ref.String()), Ref: h.ref, Group: h.service.service.Name, Op: op, After: after}
}

// add writes the run down and returns the node after which it has succeeded.
// The container stays when it fails, for its log; all else is undone.
func (h *hookRun) add() ID {
	h.change(Change{Ref: h.ref, Name: h.handle.Name, Action: Create, Reasons: []Reason{{Text: h.purpose()}}})
	prepared := h.create()
	remove := RemoveContainer{Container: h.handle, Options: state.RemoveOptions{Force: true, Volumes: true}}
	start := h.node("start", StartContainer{Container: h.handle}, prepared...)
	start.Settled = h.settled
	start.OnFailure, start.OnCancel = append([]Operation{remove}, h.undo...), []Operation{remove}
	started := h.nodes.add(start)
	await := h.node("await", AwaitContainer{
		Container: h.handle, Condition: state.Completed, Hook: h.ref.String(), Timeout: h.policy.WaitTimeout,
	}, started)
	await.OnFailure, await.OnCancel = h.undo, []Operation{remove}
	done := h.nodes.add(await)
	gone := h.node("remove", RemoveContainer{Container: h.handle, Options: state.RemoveOptions{Volumes: true}}, done)
	gone.Optional = true // it has done its work
	h.nodes.add(gone)
	return done
}

func (h *hookRun) purpose() string {
	if h.hook.PerReplica {
		return "runs before " + h.replica.ref.String() + " is started"
	}
	return "runs before " + h.service.service.Name + " is started"
}

// create creates the container, attaches it and writes its files.
func (h *hookRun) create() []ID {
	service, files := h.asService(), h.placeFiles()
	spec, err := h.spec(service, files)
	if err != nil {
		h.fail(err)
		return nil
	}
	after := slices.Concat(h.after, h.namespaces(service), []ID{h.images[service.Config.Image]})
	for _, v := range h.volumesOf(service) {
		after = append(after, v.ready)
	}
	for _, a := range spec.Attachments {
		after = append(after, h.networkReady(a.Network))
	}
	attachments := spec.Attachments
	if !h.draft.index.engine.CreatesWithAllNetworks() && len(attachments) > 1 {
		spec.Attachments = attachments[:1]
	}
	create := h.node("create", CreateContainer{Spec: spec}, after...)
	create.OnFailure = h.undo
	done := []ID{h.nodes.add(create)}
	undo := append([]Operation{RemoveContainer{Container: h.handle, Options: state.RemoveOptions{Force: true, Volumes: true}}}, h.undo...)
	for _, a := range attachments[len(spec.Attachments):] {
		connect := h.node("connect", ConnectNetwork{Container: h.handle, Attachment: a}, done...)
		connect.ID += ID(" " + a.Network)
		connect.OnFailure, connect.OnCancel = undo, undo[:1]
		done = append(done, h.nodes.add(connect))
	}
	if len(files.written) > 0 {
		write := h.node("write files", WriteFiles{Container: h.handle, Files: files.written}, done...)
		write.OnFailure, write.OnCancel = undo, undo[:1]
		done = append(done, h.nodes.add(write))
	}
	return done
}

// networkReady is the node after which a network is there, by its name.
func (d *draft) networkReady(name string) ID {
	for _, n := range d.networks {
		if n.network.Config.Name == name {
			return n.ready
		}
	}
	return ""
}

// asService is the hook as a service of one container.
func (h *hookRun) asService() state.Service {
	return state.Service{Name: h.service.service.Name, Config: h.hook.Config}
}

// placeFiles decides how the hook's configs and secrets get into it. Those that
// are mounted in the service's container come with its volumes.
func (h *hookRun) placeFiles() placement {
	parent, own := h.service.service, h.asService()
	own.Config.Volumes = slices.Concat(own.Config.Volumes, parent.Config.Volumes)
	for _, file := range h.hook.Files {
		mounted := func(v types.ServiceVolumeConfig) bool { return v.Target == file.Target }
		same := func(f state.File) bool { return f.Name == file.Name && f.Target == file.Target }
		if !slices.ContainsFunc(h.service.files.mounted, mounted) || !slices.ContainsFunc(parent.Files, same) {
			own.Files = append(own.Files, file)
		}
	}
	return place(h.desired.Project, own, h.draft.index.engine)
}

func (h *hookRun) spec(service state.Service, files placement) (state.ContainerSpec, error) {
	switch {
	case len(files.unread) > 0:
		return state.ContainerSpec{}, (&servicePlan{service: service, files: files}).unreadError(h.draft.index.engine)
	case len(files.stored) > 0:
		return state.ContainerSpec{}, fmt.Errorf("%s: %s cannot be written where the hook wants it: give it to the service %s too",
			h.ref, files.stored[0].Name, service.Name)
	}
	config, err := h.engineConfig(service, nil)
	if err != nil {
		return state.ContainerSpec{}, err
	}
	config.Volumes = append(config.Volumes, files.mounted...)
	config.VolumesFrom = append(slices.Clone(config.VolumesFrom), h.replica.handle().Key())
	if config.MacAddress == h.service.service.Config.MacAddress {
		config.MacAddress = ""
	}
	return state.ContainerSpec{
		Name: h.handle.Name, Project: h.desired.Project.Name, Service: service.Name,
		Labels: h.labels(), Config: config, OneShot: true, Attachments: h.attachments(service),
	}, nil
}

func (h *hookRun) labels() map[string]string {
	labels := map[string]string{}
	maps.Copy(labels, h.hook.Config.Labels)
	maps.Copy(labels, map[string]string{
		state.LabelProject:   h.desired.Project.Name,
		state.LabelService:   h.service.service.Name,
		state.LabelVersion:   composeVersion,
		state.LabelHook:      state.HookPreStart,
		state.LabelHookIndex: strconv.Itoa(h.place),
	})
	return labels
}

// attachments are the networks of the hook. It does not take the service's
// names and addresses there: the container that is replaced still has them.
func (h *hookRun) attachments(service state.Service) []state.Attachment {
	all := h.draft.attachments(service, 0)
	for i, key := range h.attachedKeys(service) {
		all[i].Aliases = []string{h.handle.Name}
		all[i].Config = withoutAddresses(all[i].Config, h.service.service.Config.Networks[key])
	}
	return all
}

// attachedKeys are the keys of the networks that draft.attachments returns.
func (h *hookRun) attachedKeys(service state.Service) []string {
	if service.Config.NetworkMode != "" {
		return nil
	}
	return slices.DeleteFunc(service.Config.NetworksByPriority(), func(key string) bool { return h.networks[key] == nil })
}

// withoutAddresses is a hook's place in a network without the addresses that
// are its service's.
func withoutAddresses(config, service *types.ServiceNetworkConfig) *types.ServiceNetworkConfig {
	if config == nil || service == nil {
		return config
	}
	own := *config
	for _, address := range []struct{ own, service *string }{
		{&own.Ipv4Address, &service.Ipv4Address}, {&own.Ipv6Address, &service.Ipv6Address}, {&own.MacAddress, &service.MacAddress},
	} {
		if *address.own == *address.service {
			*address.own = ""
		}
	}
	if slices.Equal(own.LinkLocalIPs, service.LinkLocalIPs) {
		own.LinkLocalIPs = nil
	}
	return &own
}
