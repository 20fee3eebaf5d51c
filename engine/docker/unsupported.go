package docker

import (
	"fmt"
	"maps"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackctl/stack/state"
)

// The API versions that brought what not every supported engine can do.
const (
	apiBuildLimits     = "1.42"
	apiAnnotations     = "1.43"
	apiEndpointMAC     = "1.44"
	apiStartInterval   = "1.44"
	apiSubpath         = "1.45"
	apiEnableIPv4      = "1.47"
	apiImageMount      = "1.48"
	apiGatewayPriority = "1.48"
	apiInterfaceName   = "1.49"
)

// engineOf names the first engine that speaks an API version.
func engineOf(apiVersion string) string {
	switch apiVersion {
	case apiBuildLimits:
		return "Docker Engine 23"
	case apiAnnotations:
		return "Docker Engine 24"
	case apiEndpointMAC:
		return "Docker Engine 25"
	case apiSubpath:
		return "Docker Engine 26"
	case apiEnableIPv4:
		return "Docker Engine 27.3"
	case apiImageMount:
		return "Docker Engine 28"
	default:
		return "Docker Engine 28.1"
	}
}

// Unsupported names what a project asks for and an engine of that API version
// leaves out, one sentence each, sorted. What such an engine refuses is not
// here: creating it fails, and the error says so.
func Unsupported(apiVersion string, desired state.Desired) []string {
	f := findings{api: apiVersion}
	for _, network := range desired.Networks {
		f.since(apiEnableIPv4, network.Config.EnableIPv4 != nil, "network %s: enable_ipv4", network.Key)
	}
	for _, s := range desired.Services {
		f.service(s)
	}
	slices.Sort(f.sentences)
	return slices.Compact(f.sentences)
}

type findings struct {
	api       string
	sentences []string
}

// since reports a field that is set and that the engine is too old for.
func (f *findings) since(needed string, set bool, format string, args ...any) {
	if set && !atLeast(f.api, needed) {
		f.sentences = append(f.sentences, fmt.Sprintf(format, args...)+
			fmt.Sprintf(" is left out: it needs %s, this engine speaks API %s", engineOf(needed), f.api))
	}
}

// never reports a field that is set and that no engine call has a place for.
func (f *findings) never(set bool, format string, args ...any) {
	if set {
		f.sentences = append(f.sentences, fmt.Sprintf(format, args...)+" is left out: it is not supported yet")
	}
}

func (f *findings) service(s state.Service) {
	c := s.Config
	f.since(apiEndpointMAC, c.MacAddress != "", "service %s: mac_address", s.Name)
	f.since(apiStartInterval, c.HealthCheck != nil && c.HealthCheck.StartInterval != nil, "service %s: healthcheck.start_interval", s.Name)
	f.since(apiAnnotations, len(c.Annotations) > 0, "service %s: annotations", s.Name)
	for _, name := range slices.Sorted(maps.Keys(c.Networks)) {
		n := c.Networks[name]
		if n == nil {
			continue
		}
		f.since(apiEndpointMAC, n.MacAddress != "", "service %s: networks.%s.mac_address", s.Name, name)
		f.since(apiGatewayPriority, n.GatewayPriority != 0, "service %s: networks.%s.gw_priority", s.Name, name)
		f.since(apiInterfaceName, n.InterfaceName != "", "service %s: networks.%s.interface_name", s.Name, name)
	}
	f.never(c.UseAPISocket, "service %s: use_api_socket", s.Name)
	f.never(c.CredentialSpec != nil, "service %s: credential_spec", s.Name)
	f.never(c.Umask != nil, "service %s: umask", s.Name)
	for _, v := range c.Volumes {
		f.never(v.Bind != nil && v.Bind.SELinux != "" && !bindable(v), "service %s: volumes: %s: bind.selinux beside create_host_path: false or recursive", s.Name, v.Target)
	}
	if s.Build != nil {
		f.build(s.Name, s.Build.Config)
	}
}

func (f *findings) build(service string, b types.BuildConfig) {
	f.since(apiBuildLimits, b.ShmSize != 0, "service %s: build.shm_size", service)
	f.since(apiBuildLimits, len(b.Ulimits) > 0, "service %s: build.ulimits", service)
}
