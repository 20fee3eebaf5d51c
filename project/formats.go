package project

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/compose-spec/compose-go/v2/format"
	"github.com/compose-spec/compose-go/v2/tree"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/xhit/go-str2duration/v2"
)

// checkFormat says what is wrong with a string that has a form of its own,
// which the schema does not know. Both results are empty when nothing is.
func checkFormat(path modelPath, text string) (message, hint string) {
	for _, f := range stringFormats() {
		if matches(path, f.pattern) && f.check(text) != nil {
			return fmt.Sprintf("expected %s, found %q", f.wanted, text), f.hint
		}
	}
	return "", ""
}

// patternText is a pattern of the schema in words, or as it is.
func patternText(path modelPath, pattern string) string {
	switch {
	case matches(path, "services.*.container_name"):
		return "a name of letters, digits, _, . and - that has two of them at least and starts with a letter or a digit"
	case matches(path, "services.*.pull_policy"):
		return "always, missing, never, build, daily, weekly or every_ and a duration such as every_12h"
	}
	return "a value of the form " + pattern
}

type stringFormat struct {
	pattern tree.Path
	wanted  string
	hint    string
	check   func(string) error
}

func stringFormats() []stringFormat {
	size := func(field tree.Path) stringFormat {
		return stringFormat{field, "a size such as 512m or 1g", "", checkSize}
	}
	duration := func(field tree.Path) stringFormat {
		return stringFormat{field, "a duration such as 30s or 1m30s", "", checkDurationText}
	}
	return []stringFormat{
		duration("services.*.stop_grace_period"),
		duration("services.*.healthcheck.interval"), duration("services.*.healthcheck.timeout"),
		duration("services.*.healthcheck.start_period"), duration("services.*.healthcheck.start_interval"),
		duration("services.*.deploy.restart_policy.delay"), duration("services.*.deploy.restart_policy.window"),
		duration("services.*.deploy.update_config.delay"), duration("services.*.deploy.update_config.monitor"),
		{"services.*.ports.[]", "a port such as \"8080:80\" or \"127.0.0.1:8080:80/tcp\"", "ports are 1 to 65535", checkPort},
		{"services.*.ports.[].host_ip", "an IP address", "", checkIP},
		{"services.*.volumes.[]", "a volume such as data:/var/lib/data or ./conf:/etc/app:ro", "", checkVolume},
		{"services.*.devices.[]", "a device such as /dev/ttyUSB0:/dev/ttyUSB0:rwm", "", checkDevice},
		{"services.*.extra_hosts.[]", "a host such as db.local=10.0.0.5", "", checkHost},
		size("services.*.mem_limit"), size("services.*.mem_reservation"), size("services.*.memswap_limit"),
		size("services.*.shm_size"), size("services.*.build.shm_size"), size("services.*.volumes.[].tmpfs.size"),
		size("services.*.deploy.resources.limits.memory"), size("services.*.deploy.resources.reservations.memory"),
		{"services.*.deploy.resources.limits.cpus", "a number of CPUs such as 0.5", "", checkCPUs},
	}
}

func checkPort(text string) error {
	_, err := types.ParsePortConfig(text)
	return err
}

func checkIP(text string) error {
	_, err := netip.ParseAddr(text)
	return err
}

func checkVolume(text string) error {
	volume, err := format.ParseVolume(text)
	if err == nil && volume.Target == "" {
		return fmt.Errorf("no target")
	}
	return err
}

func checkDevice(text string) error {
	if strings.Count(text, ":") > 2 {
		return fmt.Errorf("too many colons")
	}
	return nil
}

func checkHost(text string) error {
	_, err := types.NewHostsList([]string{text})
	return err
}

func checkDurationText(text string) error {
	_, err := str2duration.ParseDuration(text)
	return err
}

func checkSize(text string) error {
	var size types.UnitBytes
	return size.DecodeMapstructure(text)
}

func checkCPUs(text string) error {
	var cpus types.NanoCPUs
	return cpus.DecodeMapstructure(text)
}
