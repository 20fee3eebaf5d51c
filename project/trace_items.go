package project

import (
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/format"
	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"
)

// items follows the items of lists, at the places that these have in the
// service as it was loaded: there, items of several files are merged by what
// they are about, and one that is written as a range is several.
func (t *trace) items(s types.ServiceConfig) {
	for len(t.lists) > 0 {
		lists := t.lists
		t.lists = map[string][]item{}
		for list, written := range lists {
			for i, one := range placed(list, written, s) {
				if one.node != nil {
					t.entry(one.doc, indexed(list, i), entry{one.node, one.node}, 0)
				}
			}
		}
	}
}

// placed are a list's items by their index in the end; one without a node is
// not written.
func placed(list string, written []item, s types.ServiceConfig) []item {
	switch list {
	case "ports":
		return match(s.Ports, written, item.ports, samePort)
	case "volumes":
		return match(s.Volumes, written, item.volumes, sameVolume, sameMount)
	case "secrets":
		return match(s.Secrets, written, item.secrets, sameFile)
	case "configs":
		return match(s.Configs, written, item.configs, sameFile)
	}
	var distinct []item
	for _, one := range written {
		if !slices.ContainsFunc(distinct, func(other item) bool { return sameNode(one.node, other.node) }) {
			distinct = append(distinct, one)
		}
	}
	return distinct
}

// match finds for each of the final things the last item that is about it: that
// is the same, by the first of the comparisons that finds any.
func match[T any](final []T, written []item, read func(item) []T, comparisons ...func(a, b T) bool) []item {
	things := make([][]T, len(written))
	for i, one := range written {
		things[i] = read(one)
	}
	placed := make([]item, len(final))
	for i, wanted := range final {
		for _, same := range comparisons {
			for j := len(written) - 1; j >= 0 && placed[i].node == nil; j-- {
				if slices.ContainsFunc(things[j], func(one T) bool { return same(wanted, one) }) {
					placed[i] = written[j]
				}
			}
		}
	}
	return placed
}

// text is a scalar's value, or that of a field of a mapping, without variables.
func (i item) text(field ...string) string {
	node := follow(i.node, field...)
	if node == nil || node.Kind != yaml.ScalarNode {
		return ""
	}
	if !strings.Contains(node.Value, "$") {
		return node.Value
	}
	w := workspace{env: i.doc.env}
	return w.substitute(node.Value)
}

func (i item) isText() bool { return resolveAlias(i.node).Kind == yaml.ScalarNode }

func (i item) ports() []types.ServicePortConfig {
	if !i.isText() {
		target := i.text("target")
		ports, _ := types.ParsePortConfig(target + "/" + orTCP(i.text("protocol")))
		for j := range ports {
			ports[j].Published, ports[j].HostIP = i.text("published"), i.text("host_ip")
		}
		return ports
	}
	ports, _ := types.ParsePortConfig(i.text()) // one that cannot be read was not loaded
	return ports
}

func orTCP(protocol string) string {
	if protocol == "" {
		return "tcp"
	}
	return protocol
}

func samePort(a, b types.ServicePortConfig) bool {
	return a.Target == b.Target && a.Published == b.Published && orTCP(a.Protocol) == orTCP(b.Protocol) && a.HostIP == b.HostIP
}

func (i item) volumes() []types.ServiceVolumeConfig {
	if !i.isText() {
		return []types.ServiceVolumeConfig{{Type: i.text("type"), Source: i.text("source"), Target: i.text("target")}}
	}
	volume, _ := format.ParseVolume(i.text())
	return []types.ServiceVolumeConfig{volume}
}

// sameVolume compares the ends of sources only: the loader resolves paths.
func sameVolume(a, b types.ServiceVolumeConfig) bool {
	return sameMount(a, b) && a.Type == b.Type && path.Base(a.Source) == path.Base(b.Source)
}

func sameMount(a, b types.ServiceVolumeConfig) bool {
	return path.Clean(a.Target) == path.Clean(b.Target)
}

func (i item) secrets() []types.ServiceSecretConfig {
	return []types.ServiceSecretConfig{types.ServiceSecretConfig(i.file())}
}

func (i item) configs() []types.ServiceConfigObjConfig {
	return []types.ServiceConfigObjConfig{types.ServiceConfigObjConfig(i.file())}
}

func (i item) file() types.FileReferenceConfig {
	if i.isText() {
		return types.FileReferenceConfig{Source: i.text()}
	}
	return types.FileReferenceConfig{Source: i.text("source"), Target: i.text("target")}
}

// sameFile takes a file without a target for any of its source.
func sameFile[F types.ServiceSecretConfig | types.ServiceConfigObjConfig](a, b F) bool {
	wanted, written := types.FileReferenceConfig(a), types.FileReferenceConfig(b)
	return wanted.Source == written.Source && (written.Target == "" || wanted.Target == written.Target)
}

// sameNode is true for two nodes that say the same.
func sameNode(a, b *yaml.Node) bool {
	a, b = resolveAlias(a), resolveAlias(b)
	return a.Kind == b.Kind && a.Value == b.Value && slices.EqualFunc(a.Content, b.Content, sameNode)
}
