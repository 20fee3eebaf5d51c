package docker

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/docker/api/types/container"

	"github.com/stackctl/stack/state"
)

func hostConfig(spec state.ContainerSpec, apiVersion string) (*container.HostConfig, error) {
	s := spec.Config
	securityOpts, unconfined, err := securityOptions(s.SecurityOpt, spec.Labels[state.LabelWorkingDir])
	if err != nil {
		return nil, err
	}
	binds, mounts, err := mountConfig(s.Volumes, apiVersion)
	if err != nil {
		return nil, err
	}
	config := &container.HostConfig{
		Annotations:    s.Annotations,
		AutoRemove:     spec.AutoRemove,
		Binds:          binds,
		Mounts:         mounts,
		CapAdd:         s.CapAdd,
		CapDrop:        s.CapDrop,
		NetworkMode:    networkMode(spec),
		Init:           s.Init,
		IpcMode:        container.IpcMode(s.Ipc),
		CgroupnsMode:   container.CgroupnsMode(s.Cgroup),
		ReadonlyRootfs: s.ReadOnly,
		RestartPolicy:  restartPolicy(s),
		ShmSize:        int64(s.ShmSize),
		Sysctls:        s.Sysctls,
		PortBindings:   portBindings(s),
		Resources:      resources(s),
		VolumeDriver:   s.VolumeDriver,
		VolumesFrom:    volumesFrom(s.VolumesFrom),
		DNS:            s.DNS,
		DNSSearch:      s.DNSSearch,
		DNSOptions:     s.DNSOpts,
		ExtraHosts:     extraHosts(s.ExtraHosts),
		SecurityOpt:    securityOpts,
		StorageOpt:     s.StorageOpt,
		UsernsMode:     container.UsernsMode(s.UserNSMode),
		UTSMode:        container.UTSMode(s.Uts),
		Privileged:     s.Privileged,
		PidMode:        container.PidMode(s.Pid),
		Tmpfs:          tmpfs(s.Tmpfs),
		Isolation:      container.Isolation(s.Isolation),
		Runtime:        s.Runtime,
		LogConfig:      logConfig(s),
		GroupAdd:       s.GroupAdd,
		OomScoreAdj:    int(s.OomScoreAdj),
		Links:          spec.Links,
	}
	if unconfined {
		config.MaskedPaths = []string{}
		config.ReadonlyPaths = []string{}
	}
	return config, nil
}

func networkMode(spec state.ContainerSpec) container.NetworkMode {
	switch {
	case spec.Config.NetworkMode != "":
		return container.NetworkMode(spec.Config.NetworkMode)
	case len(spec.Attachments) > 0:
		return container.NetworkMode(spec.Attachments[0].Network)
	default:
		return "none"
	}
}

// volumesFrom leaves out the access mode (NAME:ro), as Docker Compose does:
// what such a container may do must not depend on the tool that made it.
func volumesFrom(entries []string) []string {
	var names []string
	for _, entry := range entries {
		name, _, _ := strings.Cut(strings.TrimPrefix(entry, types.ContainerPrefix), ":")
		names = append(names, name)
	}
	return names
}

func extraHosts(hosts types.HostsList) []string {
	list := hosts.AsList(":")
	slices.Sort(list)
	return list
}

func tmpfs(entries []string) map[string]string {
	mounts := map[string]string{}
	for _, entry := range entries {
		path, options, _ := strings.Cut(entry, ":")
		mounts[path] = options
	}
	return mounts
}

func logConfig(s types.ServiceConfig) container.LogConfig {
	if s.Logging != nil {
		return container.LogConfig{Type: s.Logging.Driver, Config: s.Logging.Options}
	}
	return container.LogConfig{Type: s.LogDriver, Config: s.LogOpt}
}

func restartPolicy(s types.ServiceConfig) container.RestartPolicy {
	l := state.LimitsOf(s)
	return container.RestartPolicy{Name: container.RestartPolicyMode(l.RestartPolicy), MaximumRetryCount: l.RestartRetries}
}

// securityOptions reads seccomp profiles from their files, and tells whether
// the paths that the engine hides are to be shown.
func securityOptions(options []string, workingDir string) (parsed []string, unconfined bool, err error) {
	for _, option := range options {
		if option == "systempaths=unconfined" {
			unconfined = true
			continue
		}
		profile, ok := strings.CutPrefix(option, "seccomp=")
		if !ok {
			profile, ok = strings.CutPrefix(option, "seccomp:")
		}
		if ok && profile != "unconfined" && profile != "builtin" {
			if option, err = readProfile(profile, workingDir); err != nil {
				return nil, false, err
			}
		}
		parsed = append(parsed, option)
	}
	return parsed, unconfined, nil
}

func readProfile(path, workingDir string) (string, error) {
	if !filepath.IsAbs(path) {
		path = filepath.Join(workingDir, path)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("security_opt: seccomp profile: %w", err)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, content); err != nil {
		return "", fmt.Errorf("security_opt: seccomp profile %s is not JSON: %w", path, err)
	}
	return "seccomp=" + compact.String(), nil
}
