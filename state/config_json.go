package state

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// DecodeServiceConfig reads a service's configuration from its JSON form.
// compose-go writes some fields in another form than it reads them in, and
// leaves out what is true by default; the name is in none of it.
func DecodeServiceConfig(text []byte) (types.ServiceConfig, error) {
	var config types.ServiceConfig
	tree, err := decodeTree(text)
	if err != nil {
		return config, err
	}
	repairService(tree)
	text, err = json.Marshal(tree)
	if err != nil {
		return config, err
	}
	err = json.Unmarshal(text, &config)
	return config, err
}

func decodeTree(text []byte) (tree map[string]any, err error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	err = decoder.Decode(&tree)
	return tree, err
}

// repairService puts what compose-go wrote into the form that it reads.
func repairService(service map[string]any) {
	repairHosts(service)
	repairUlimits(service)
	for _, key := range []string{"configs", "secrets"} {
		repairModes(service, key)
	}
	for _, file := range objects(service["env_file"]) {
		setDefault(file, "required")
	}
	for _, volume := range objects(service["volumes"]) {
		if bind, is := volume["bind"].(map[string]any); is {
			setDefault(bind, "create_host_path")
		}
	}
	if build, is := service["build"].(map[string]any); is {
		repairHosts(build)
		repairUlimits(build)
		repairModes(build, "secrets")
		repairKeys(build)
	}
	for _, hook := range objects(service["pre_start"]) {
		repairService(hook)
	}
}

func objects(value any) []map[string]any {
	var all []map[string]any
	list, _ := value.([]any)
	for _, entry := range list {
		if object, is := entry.(map[string]any); is {
			all = append(all, object)
		}
	}
	return all
}

func setDefault(object map[string]any, key string) {
	if _, set := object[key]; !set {
		object[key] = true
	}
}

// repairHosts reads HOST=IP entries.
func repairHosts(object map[string]any) {
	list, is := object["extra_hosts"].([]any)
	if !is {
		return
	}
	hosts := map[string][]string{}
	for _, entry := range list {
		host, ip, _ := strings.Cut(fmt.Sprint(entry), "=")
		hosts[host] = append(hosts[host], ip)
	}
	object["extra_hosts"] = hosts
}

// repairUlimits reads limits that are one number.
func repairUlimits(object map[string]any) {
	limits, _ := object["ulimits"].(map[string]any)
	for name, limit := range limits {
		if number, is := limit.(json.Number); is {
			limits[name] = map[string]any{"single": number}
		}
	}
}

// repairModes reads octal numbers.
func repairModes(object map[string]any, key string) {
	for _, use := range objects(object[key]) {
		text, is := use["mode"].(string)
		if mode, err := strconv.ParseInt(text, 8, 64); is && err == nil {
			use["mode"] = mode
		}
	}
}

// repairKeys reads the keys of a build that are a mere id.
func repairKeys(build map[string]any) {
	list, _ := build["ssh"].([]any)
	for i, key := range list {
		if id, is := key.(string); is {
			list[i] = map[string]any{"id": id}
		}
	}
}

// UnmarshalJSON reads what json.Marshal writes of a service.
func (s *Service) UnmarshalJSON(text []byte) (err error) {
	type plain Service
	read := struct {
		*plain
		Config json.RawMessage `json:"config"`
	}{plain: (*plain)(s)}
	if err := json.Unmarshal(text, &read); err != nil {
		return err
	}
	s.Config, err = named(read.Config, s.Name)
	for i := range s.PreStart {
		s.PreStart[i].Config.Name = s.Name
	}
	return err
}

// UnmarshalJSON reads what json.Marshal writes of a hook, but for the name of
// its service.
func (p *PreStart) UnmarshalJSON(text []byte) (err error) {
	type plain PreStart
	read := struct {
		*plain
		Config json.RawMessage `json:"config"`
	}{plain: (*plain)(p)}
	if err := json.Unmarshal(text, &read); err != nil {
		return err
	}
	p.Config, err = named(read.Config, "")
	return err
}

// UnmarshalJSON reads what json.Marshal writes of a provider.
func (p *Provider) UnmarshalJSON(text []byte) (err error) {
	type plain Provider
	read := struct {
		*plain
		Config json.RawMessage `json:"config"`
	}{plain: (*plain)(p)}
	if err := json.Unmarshal(text, &read); err != nil {
		return err
	}
	p.Config, err = named(read.Config, p.Name)
	return err
}

func named(text []byte, name string) (types.ServiceConfig, error) {
	if len(text) == 0 {
		return types.ServiceConfig{Name: name}, nil
	}
	config, err := DecodeServiceConfig(text)
	config.Name = name
	return config, err
}
