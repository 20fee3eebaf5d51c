package e2e_test

var limitProofs = []proof{
	{fields: ".cpu_shares", of: "cpu", at: "HostConfig/CpuShares", want: `512`},
	{fields: ".cpu_quota", of: "cpu", at: "HostConfig/CpuQuota", want: `50000`},
	{fields: ".cpu_period", of: "cpu", at: "HostConfig/CpuPeriod", want: `100000`},
	{fields: ".cpuset", of: "cpu", at: "HostConfig/CpusetCpus", want: `"0"`},
	{fields: ".cpus", of: "cpus", at: "HostConfig/NanoCpus", want: `250000000`},
	{fields: ".mem_limit", of: "cpu", at: "HostConfig/Memory", want: `67108864`},
	{fields: ".mem_reservation", of: "cpu", at: "HostConfig/MemoryReservation", want: `33554432`},
	{fields: ".mem_swappiness", of: "cpu", at: "HostConfig/MemorySwappiness", want: `10`},
	{fields: ".memswap_limit", of: "cpu", at: "HostConfig/MemorySwap", want: `134217728`},
	{fields: ".oom_kill_disable", of: "cpu", at: "HostConfig/OomKillDisable", want: `true`},
	{fields: ".oom_score_adj", of: "cpu", at: "HostConfig/OomScoreAdj", want: `500`},
	{fields: ".pids_limit", of: "cpu", at: "HostConfig/PidsLimit", want: `50`},
	{fields: ".shm_size", of: "cpu", at: "HostConfig/ShmSize", want: `8388608`},
	{
		fields: ".ulimits .ulimits.* .ulimits.*.soft .ulimits.*.hard", of: "cpu", at: "HostConfig/Ulimits",
		want: `[{"Name": "nofile", "Soft": 1000, "Hard": 2000}, {"Name": "nproc", "Soft": 600, "Hard": 600}]`,
	},
	{fields: ".cgroup", of: "cpu", at: "HostConfig/CgroupnsMode", want: `"private"`},
	{fields: ".cgroup", of: "cpus", at: "HostConfig/CgroupnsMode", want: `"host"`},
	{fields: ".cgroup_parent", of: "cpu", at: "HostConfig/CgroupParent", want: `"/stack-fields"`},
	{fields: ".sysctls .sysctls.*", of: "cpu", sh: "cat /proc/sys/net/ipv4/ip_local_port_range", want: "2000\t3000"},
	{fields: ".read_only", of: "cpu", at: "HostConfig/ReadonlyRootfs", want: `true`},
	{fields: ".tmpfs", of: "cpu", at: "HostConfig/Tmpfs", want: `{"/plain": "", "/scratch": "size=64k,mode=700"}`},
	{fields: ".group_add", of: "cpu", sh: "id -G", want: "0 4242"},
	{fields: ".cap_add", of: "cpu", at: "HostConfig/CapAdd", want: `["CAP_NET_ADMIN"]`},
	{fields: ".cap_drop", of: "cpu", at: "HostConfig/CapDrop", want: `["CAP_CHOWN", "CAP_KILL"]`},
	{
		fields: ".security_opt", of: "cpu", at: "HostConfig/SecurityOpt",
		want: `["no-new-privileges:true", "seccomp={\"defaultAction\":\"SCMP_ACT_ALLOW\"}", "label=disable"]`,
	},
	{fields: ".security_opt", of: "cpus", at: "HostConfig/MaskedPaths", want: `[]`},
	{fields: ".runtime", of: "cpu", at: "HostConfig/Runtime", want: `"io.containerd.runc.v2"`},
	{fields: ".isolation", of: "cpu", at: "HostConfig/Isolation", want: `"default"`},
	{
		fields: ".devices .devices[].source .devices[].target .devices[].permissions", of: "cpu", at: "HostConfig/Devices",
		want: `[{"PathOnHost": "/dev/null", "PathInContainer": "/dev/nothing", "CgroupPermissions": "r"},
			{"PathOnHost": "/dev/zero", "PathInContainer": "/dev/nought", "CgroupPermissions": "rw"}]`,
	},
	{fields: ".device_cgroup_rules", of: "cpu", at: "HostConfig/DeviceCgroupRules", want: `["c 1:3 mr"]`},
	{fields: ".ipc", of: "cpu", at: "HostConfig/IpcMode", want: `"shareable"`},
	{fields: ".userns_mode", of: "cpu", at: "HostConfig/UsernsMode", want: `"host"`},
	{fields: ".pid", of: "cpus", at: "HostConfig/PidMode", want: `"host"`},
	{fields: ".uts", of: "cpus", at: "HostConfig/UTSMode", want: `"host"`},
}

const deviceRequests = `[
	{"Driver": "nvidia", "Count": 2, "DeviceIDs": null, "Capabilities": [["utility", "gpu"]], "Options": {"virtualization": "false"}},
	{"Driver": "", "Count": 0, "DeviceIDs": ["GPU-1"], "Capabilities": [["gpu"]], "Options": null}]`

const reservedDevices = `[
	{"Driver": "nvidia", "Count": -1, "DeviceIDs": null, "Capabilities": [["gpu"]], "Options": {"virtualization": "true"}},
	{"Driver": "", "Count": 0, "DeviceIDs": ["GPU-2"], "Capabilities": [["gpu"]], "Options": null}]`

// createdProofs are of containers that are not started: this machine has
// neither such devices nor, on cgroup v2, such limits. The engine keeps them.
var createdProofs = []proof{
	{
		fields: ".gpus .gpus[].driver .gpus[].count .gpus[].capabilities .gpus[].device_ids .gpus[].options .gpus[].options.*",
		of:     "gpu", at: "HostConfig/DeviceRequests", want: deviceRequests,
	},
	{
		fields: ".deploy.resources.reservations.devices .deploy.resources.reservations.devices[].driver" +
			" .deploy.resources.reservations.devices[].count .deploy.resources.reservations.devices[].capabilities" +
			" .deploy.resources.reservations.devices[].device_ids .deploy.resources.reservations.devices[].options" +
			" .deploy.resources.reservations.devices[].options.*",
		of: "reserved", at: "HostConfig/DeviceRequests", want: reservedDevices,
	},
	{fields: ".privileged", of: "disk", at: "HostConfig/Privileged", want: `true`},
	{fields: ".cpu_count", of: "disk", at: "HostConfig/CpuCount", want: `2`},
	{
		fields: ".blkio_config .blkio_config.device_read_bps .blkio_config.device_read_bps[].path .blkio_config.device_read_bps[].rate",
		of:     "disk", at: "HostConfig/BlkioDeviceReadBps", want: `[{"Path": "/dev/fields", "Rate": 1048576}]`,
	},
	{
		fields: ".blkio_config.device_read_iops .blkio_config.device_read_iops[].path .blkio_config.device_read_iops[].rate",
		of:     "disk", at: "HostConfig/BlkioDeviceReadIOps", want: `[{"Path": "/dev/fields", "Rate": 120}]`,
	},
	{
		fields: ".blkio_config.device_write_bps .blkio_config.device_write_bps[].path .blkio_config.device_write_bps[].rate",
		of:     "disk", at: "HostConfig/BlkioDeviceWriteBps", want: `[{"Path": "/dev/fields", "Rate": 1048576}]`,
	},
	{
		fields: ".blkio_config.device_write_iops .blkio_config.device_write_iops[].path .blkio_config.device_write_iops[].rate",
		of:     "disk", at: "HostConfig/BlkioDeviceWriteIOps", want: `[{"Path": "/dev/fields", "Rate": 30}]`,
	},
}
