package e2e_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// These labels name the tool and the place, not what was asked for.
var unlike = []string{
	"com.docker.compose.version", "com.docker.compose.image", "com.docker.compose.project.config_files",
	"com.docker.compose.project.working_dir", "com.docker.compose.replace",
}

var (
	id      = regexp.MustCompile(`[0-9a-f]{64}`)
	onlyID  = regexp.MustCompile(`^[0-9a-f]{64}$`)
	ofOther = regexp.MustCompile(`container:[0-9a-f]{64}`)
)

// normalContainer is a container as it is inspected, without what differs from
// one run to the next.
func normalContainer(c map[string]any) map[string]any {
	config, host := object(c["Config"]), object(c["HostConfig"])
	short := c["Id"].(string)[:12]
	labels := normalLabels(config["Labels"])
	config["Labels"] = labels
	config["Env"] = sorted(list(config["Env"]))
	delete(config, "Image")
	delete(host, "Binds") // two ways to ask for the same mount: the effective ones count
	delete(host, "Mounts")

	var from []any
	for _, each := range list(host["VolumesFrom"]) {
		from = append(from, id.ReplaceAllString(each.(string), "<id>"))
	}
	host["VolumesFrom"] = from
	shares := func(keys ...string) bool {
		return slices.ContainsFunc(keys, func(key string) bool { return strings.HasPrefix(fmt.Sprint(host[key]), "container:") })
	}
	joins := shares("NetworkMode", "IpcMode", "PidMode")
	if joins || len(from) > 0 {
		delete(labels, "com.docker.compose.config-hash") // it depends on another container's id
	}
	if dependsOn, ok := labels["com.docker.compose.depends_on"].(string); ok {
		parts := strings.Split(dependsOn, ",")
		slices.Sort(parts)
		labels["com.docker.compose.depends_on"] = strings.Join(parts, ",")
	}
	if config["Hostname"] == short || joins {
		config["Hostname"] = "<id>"
	}
	for _, key := range []string{"ExtraHosts", "Ulimits", "Devices", "GroupAdd"} {
		host[key] = sorted(texts(list(host[key])))
	}
	state := object(c["State"])
	normal := map[string]any{
		"Name": c["Name"], "Running": state["Running"], "ExitCode": state["ExitCode"], "Config": config,
		"HostConfig": host, "Networks": normalEndpoints(object(c["NetworkSettings"]), short, config["Hostname"]),
		"Mounts": normalMounts(list(c["Mounts"])), "Path": c["Path"], "Args": c["Args"],
	}
	return reread(ofOther.ReplaceAllString(text(normal), "container:<id>"))
}

// normalEndpoints has the host name among the aliases, as Engine 20.10 has;
// newer ones have it among the names in the DNS.
func normalEndpoints(settings map[string]any, short string, hostname any) map[string]any {
	endpoints := map[string]any{}
	for name, each := range object(settings["Networks"]) {
		endpoint := object(each)
		aliases := slices.DeleteFunc(list(endpoint["Aliases"]), func(alias any) bool { return alias == short })
		if slices.Contains(list(endpoint["DNSNames"]), hostname) && !slices.Contains(aliases, hostname) && hostname != "<id>" {
			aliases = append(aliases, hostname)
		}
		endpoints[name] = map[string]any{
			"Aliases": sorted(aliases), "IPAM": endpoint["IPAMConfig"],
			"DriverOpts": endpoint["DriverOpts"], "Links": sorted(list(endpoint["Links"])),
		}
	}
	return endpoints
}

func normalMounts(mounts []any) []any {
	for i, each := range mounts {
		mount := object(each)
		kept := map[string]any{}
		anonymous := mount["Type"] == "volume" && onlyID.MatchString(fmt.Sprint(mount["Name"]))
		for _, key := range []string{"Type", "Name", "Source", "Destination", "RW", "Propagation"} {
			if !anonymous || (key != "Name" && key != "Source") {
				kept[key] = mount[key]
			}
		}
		mounts[i] = kept
	}
	return sorted(texts(mounts))
}

func normalNetwork(n map[string]any) map[string]any {
	ipam := object(n["IPAM"])
	normal := map[string]any{"Labels": normalLabels(n["Labels"]), "IPAM": ipam["Driver"]}
	if fixed := text(ipam["Config"]); strings.Contains(fixed, "IPRange") || strings.Contains(fixed, "AuxiliaryAddresses") {
		normal["IPAM"] = ipam
	}
	for _, key := range []string{"Name", "Driver", "EnableIPv6", "Internal", "Attachable", "Options"} {
		normal[key] = n[key]
	}
	return reread(text(normal))
}

func normalVolume(v map[string]any) map[string]any {
	return reread(text(map[string]any{
		"Name": v["Name"], "Driver": v["Driver"], "Options": v["Options"], "Labels": normalLabels(v["Labels"]),
	}))
}

func normalLabels(labels any) map[string]any {
	kept := maps.Clone(object(labels))
	maps.DeleteFunc(kept, func(key string, _ any) bool {
		return slices.Contains(unlike, key) || strings.HasPrefix(key, "dev.stack.")
	})
	return kept
}

// differences are the fields that are not the same; empty is the same as absent.
func differences(path string, expected, got any) []string {
	a, aIsObject := expected.(map[string]any)
	b, bIsObject := got.(map[string]any)
	if aIsObject && bIsObject {
		var found []string
		keys := maps.Clone(a)
		maps.Copy(keys, b)
		for _, key := range slices.Sorted(maps.Keys(keys)) {
			found = append(found, differences(path+"/"+key, a[key], b[key])...)
		}
		return found
	}
	if blank(expected) && blank(got) || reflect.DeepEqual(expected, got) {
		return nil
	}
	return []string{fmt.Sprintf("%s: expected %s, got %s", path, text(expected), text(got))}
}

func blank(value any) bool {
	switch v := value.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}

// object and list are empty for null.
func object(value any) map[string]any {
	if m, ok := value.(map[string]any); ok && m != nil {
		return m
	}
	return map[string]any{}
}

func list(value any) []any {
	l, _ := value.([]any)
	return l
}

// text is a value as the expectations have it: JSON as Python prints it.
func text(value any) string {
	encoded, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return string(encoded)
}

// texts are values of a list as text, objects in Python's spelling.
func texts(values []any) []any {
	encoded := []any{}
	for _, value := range values {
		if m, ok := value.(map[string]any); ok {
			fields := []string{}
			for _, key := range slices.Sorted(maps.Keys(m)) {
				fields = append(fields, text(key)+": "+text(m[key]))
			}
			encoded = append(encoded, "{"+strings.Join(fields, ", ")+"}")
			continue
		}
		encoded = append(encoded, text(value))
	}
	return encoded
}

func sorted(values []any) []any {
	slices.SortFunc(values, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	return values
}

func sortedLines(printed string) []string {
	lines := strings.FieldsFunc(printed, func(r rune) bool { return r == '\n' })
	slices.Sort(lines)
	return lines
}

func reread(encoded string) map[string]any {
	var value map[string]any
	if err := json.Unmarshal([]byte(encoded), &value); err != nil {
		panic(err)
	}
	return value
}
