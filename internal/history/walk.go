package history

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackctl/stack/state"
)

// text is a text in a configuration. Key is the last name of its path: of a
// list's entry, the list's.
type text struct {
	Path, Key, Value string
}

// references begin the paths of fields that name other things. No value of
// theirs is a secret, and without them nothing can be gone back to.
var references = map[string]bool{
	"image": true, "name": true, "container_name": true, "driver": true, "networks": true, "network_mode": true,
	"volumes": true, "volumes_from": true, "configs": true, "secrets": true, "depends_on": true, "links": true,
	"env_file": true, "profiles": true, "models": true, "ports": true, "platform": true, "pull_policy": true,
}

// mapConfigs returns what is desired with every text in the configurations of
// its services, networks, volumes, providers and models replaced. The argument
// is left alone.
func mapConfigs(d state.Desired, of func(owner string, t text) string) state.Desired {
	names := fieldNames{}
	d.Services = mapEach(d.Services, func(s *state.Service) {
		visit := func(t text) string { return of("service "+s.Name, t) }
		s.Config, s.Written = mapTexts(names, s.Config, visit), mapTexts(names, s.Written, visit)
		s.PreStart = mapEach(s.PreStart, func(hook *state.PreStart) { hook.Config = mapTexts(names, hook.Config, visit) })
	})
	d.Providers = mapEach(d.Providers, func(p *state.Provider) {
		p.Config = mapTexts(names, p.Config, func(t text) string { return of("service "+p.Name, t) })
	})
	d.Networks = mapEach(d.Networks, func(n *state.Network) {
		n.Config = mapTexts(names, n.Config, func(t text) string { return of("network "+n.Key, t) })
	})
	d.Volumes = mapEach(d.Volumes, func(v *state.Volume) {
		v.Config = mapTexts(names, v.Config, func(t text) string { return of("volume "+v.Key, t) })
	})
	d.Models = mapEach(d.Models, func(m *state.Model) {
		m.Config = mapTexts(names, m.Config, func(t text) string { return of("model "+m.Key, t) })
	})
	return d
}

// mapEach changes copies of values.
func mapEach[T any](values []T, change func(*T)) []T {
	var changed []T
	for _, value := range values {
		change(&value)
		changed = append(changed, value)
	}
	return changed
}

// configuration is what compose-go reads of a file.
type configuration interface {
	types.ServiceConfig | types.NetworkConfig | types.VolumeConfig | types.ModelConfig
}

// mapTexts returns a configuration with its texts replaced, but for references.
// What is not changed is shared with the argument.
func mapTexts[T configuration](names fieldNames, config T, visit func(text) string) T {
	w := walker{visit, names}
	mapped, _ := w.fields(reflect.ValueOf(config), text{})
	return mapped.Interface().(T)
}

// walker replaces texts. Each of its methods returns a changed copy, or the value
// itself and false.
type walker struct {
	visit func(text) string
	names fieldNames
}

// fieldNames remember the names that the fields of structs have in a file: "-"
// for one that is in none.
type fieldNames map[reflect.Type][]string

func (n fieldNames) of(t reflect.Type) []string {
	names, known := n[t]
	if !known {
		for i := range t.NumField() {
			field := t.Field(i)
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			if !field.IsExported() {
				name = "-"
			}
			names = append(names, name)
		}
		n[t] = names
	}
	return names
}

func (w walker) value(v reflect.Value, at text) (reflect.Value, bool) {
	switch v.Kind() {
	case reflect.String:
		at.Value = v.String()
		if mapped := w.visit(at); mapped != at.Value {
			return reflect.ValueOf(mapped).Convert(v.Type()), true
		}
	case reflect.Pointer:
		if v.IsNil() {
			return v, false
		}
		if mapped, changed := w.value(v.Elem(), at); changed {
			to := reflect.New(v.Type().Elem())
			to.Elem().Set(mapped)
			return to, true
		}
	case reflect.Interface:
		if !v.IsNil() {
			return w.value(v.Elem(), at)
		}
	case reflect.Struct:
		return w.fields(v, at)
	case reflect.Slice:
		return w.entries(v, at)
	case reflect.Map:
		return w.keys(v, at)
	}
	return v, false
}

func (w walker) fields(v reflect.Value, at text) (reflect.Value, bool) {
	changed := copier{of: v}
	for i, name := range w.names.of(v.Type()) {
		if name == "-" || at.Path == "" && references[name] {
			continue
		}
		to := at
		if !v.Type().Field(i).Anonymous {
			to = at.under(name)
		}
		if mapped, is := w.value(v.Field(i), to); is {
			changed.copy().Field(i).Set(mapped)
		}
	}
	return changed.result()
}

func (w walker) entries(v reflect.Value, at text) (reflect.Value, bool) {
	changed := copier{of: v}
	for i := range v.Len() {
		if mapped, is := w.value(v.Index(i), text{Path: fmt.Sprintf("%s[%d]", at.Path, i), Key: at.Key}); is {
			changed.copy().Index(i).Set(mapped)
		}
	}
	return changed.result()
}

func (w walker) keys(v reflect.Value, at text) (reflect.Value, bool) {
	changed := copier{of: v}
	for entries := v.MapRange(); entries.Next(); {
		if mapped, is := w.value(entries.Value(), at.under(entries.Key().String())); is {
			changed.copy().SetMapIndex(entries.Key(), mapped)
		}
	}
	return changed.result()
}

// under is a text below another one.
func (t text) under(name string) text {
	if t.Path == "" {
		return text{Path: name, Key: name}
	}
	return text{Path: t.Path + "." + name, Key: name}
}

// copier copies a value when it is first changed.
type copier struct {
	of, to reflect.Value
}

func (c *copier) copy() reflect.Value {
	if c.to.IsValid() {
		return c.to
	}
	switch c.of.Kind() {
	case reflect.Slice:
		c.to = reflect.MakeSlice(c.of.Type(), c.of.Len(), c.of.Len())
		reflect.Copy(c.to, c.of)
	case reflect.Map:
		c.to = reflect.MakeMapWithSize(c.of.Type(), c.of.Len())
		for entries := c.of.MapRange(); entries.Next(); {
			c.to.SetMapIndex(entries.Key(), entries.Value())
		}
	default:
		c.to = reflect.New(c.of.Type()).Elem()
		c.to.Set(c.of)
	}
	return c.to
}

func (c *copier) result() (reflect.Value, bool) {
	if c.to.IsValid() {
		return c.to, true
	}
	return c.of, false
}
