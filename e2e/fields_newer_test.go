package e2e_test

// What follows is of newer engines. An older one has to say so: see
// TestFieldsAreWhatTheEngineHolds.

var newerProofs = []proof{
	{fields: ".annotations .annotations.*", of: "web", at: "HostConfig/Annotations", want: `{"com.example.annotation": "one"}`},
	{fields: ".healthcheck.start_interval", of: "web", at: "Config/Healthcheck/StartInterval", want: `1000000000`},
	{fields: ".mac_address", of: "web", at: "NetworkSettings/Networks/$NAME_front/MacAddress", want: `"02:42:ac:11:65:43"`},
	{fields: ".networks.*.mac_address", of: "web", at: "NetworkSettings/Networks/$NAME_back/MacAddress", want: `"02:42:ac:11:65:44"`},
	{fields: ".networks.*.gw_priority", of: "web", at: "NetworkSettings/Networks/$NAME_back/GwPriority", want: `5`},
	{fields: ".networks.*.interface_name", of: "web", sh: "ls /sys/class/net | grep front", want: "front0"},
}

var newerMountProofs = []proof{
	{fields: ".volumes[].volume.subpath", of: "web", sh: "cat /part/file", want: "of a part"},
	{fields: ".volumes[].type=image .volumes[].image", of: "web", sh: "test -x /image/bin/busybox && echo there", want: "there"},
	{fields: ".volumes[].image.subpath", of: "part", at: "HostConfig/Mounts/Target=|etc-of-image/ImageOptions/Subpath", want: `"etc"`},
	{fields: ".volumes[].bind.recursive=readonly", of: "web", at: "HostConfig/Mounts/Target=|strict/BindOptions/ReadOnlyForceRecursive", want: `true`},
}

var newerDeviceProofs = []proof{
	{fields: ".devices[].source=[^/]*/*=*", of: "web", at: "HostConfig/DeviceRequests/#0/DeviceIDs", want: `["vendor.example/class=one"]`},
}
