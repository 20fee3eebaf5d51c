package e2e_test

var networkProofs = []proof{
	{
		fields: ".ports .ports[].target .ports[].published .ports[].protocol .ports[].host_ip .ports[].mode", of: "web", at: "HostConfig/PortBindings",
		want: `{"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": ""}], "90/tcp": [{"HostIp": "127.0.0.1", "HostPort": ""}],
			"91/tcp": [{"HostIp": "127.0.0.1", "HostPort": ""}], "53/udp": [{"HostIp": "127.0.0.1", "HostPort": "$PORT"}]}`,
	},
	{fields: ".networks .networks.* .networks.*.priority", of: "web", at: "HostConfig/NetworkMode", want: `"$NAME_front"`},
	{
		fields: ".networks.*.aliases", of: "web", at: "NetworkSettings/Networks/$NAME_front/Aliases/#2", want: `"www"`,
	},
	{
		fields: ".networks.*.ipv4_address .networks.*.ipv6_address .networks.*.link_local_ips",
		of:     "web", at: "NetworkSettings/Networks/$NAME_front/IPAMConfig",
		want: `{"IPv4Address": "10.213.7.10", "IPv6Address": "fd00:213:7::10", "LinkLocalIPs": ["169.254.7.7"]}`,
	},
	{
		fields: ".networks.*.driver_opts .networks.*.driver_opts.*", of: "web", at: "NetworkSettings/Networks/$NAME_front/DriverOpts",
		want: `{"com.example.endpoint": "one"}`,
	},
	{fields: ".networks.*.use_service_name_alias", of: "linked", sh: "! nslookup -timeout=1 web >/dev/null 2>&1 && echo unknown", want: "unknown"},
	{fields: ".links", of: "linked", at: "NetworkSettings/Networks/$NAME-back/Links/#0", want: `"$NAME-web-1:site"`},
	{fields: ".external_links", of: "linked", at: "NetworkSettings/Networks/$NAME-back/Links/#3", want: `"$NAME-outside:elsewhere"`},
	{fields: ".network_mode", of: "bridged", at: "HostConfig/NetworkMode", want: `"bridge"`},
	{fields: ".network_mode", of: "alone", at: "HostConfig/NetworkMode", want: `"none"`},
	{fields: ".links", of: "bridged", sh: "grep -cw peer /etc/hosts", want: "1"},
	{fields: "networks.*.external", of: "guest", at: "NetworkSettings/Networks/$NAME-outer/Aliases/#1", want: `"guest"`},
	{fields: "networks.*.external.name", of: "guest", at: "HostConfig/NetworkMode", want: `"$NAME-outer2"`},
	{fields: "networks networks.* networks.*.driver", of: "network front", at: "Driver", want: `"bridge"`},
	{
		fields: "networks.*.driver_opts networks.*.driver_opts.*", of: "network front", at: "Options/com.docker.network.bridge.enable_icc",
		want: `"true"`,
	},
	{fields: "networks.*.enable_ipv6", of: "network front", at: "EnableIPv6", want: `true`},
	{fields: "networks.*.enable_ipv4", of: "web", at: "NetworkSettings/Networks/$NAME_front/IPAddress", want: `"10.213.7.10"`},
	{fields: "networks.*.attachable", of: "network front", at: "Attachable", want: `true`},
	{fields: "networks.*.labels networks.*.labels.*", of: "network front", at: "Labels/com.example.net", want: `"front"`},
	{fields: "networks.*.ipam networks.*.ipam.driver", of: "network front", at: "IPAM/Driver", want: `"default"`},
	{fields: "networks.*.ipam.options networks.*.ipam.options.*", of: "network front", at: "IPAM/Options", want: `{"com.example.ipam": "one"}`},
	{
		fields: "networks.*.ipam.config networks.*.ipam.config[].subnet networks.*.ipam.config[].ip_range networks.*.ipam.config[].gateway" +
			" networks.*.ipam.config[].aux_addresses networks.*.ipam.config[].aux_addresses.*",
		of: "network front", at: "IPAM/Config/#0",
		want: `{"Subnet": "10.213.7.0/24", "IPRange": "10.213.7.0/25", "Gateway": "10.213.7.1", "AuxiliaryAddresses": {"router": "10.213.7.2"}}`,
	},
	{fields: "networks.*.name", of: "network back", at: "Name", want: `"$NAME-back"`},
	{fields: "networks.*.internal", of: "network back", at: "Internal", want: `true`},
}

var volumeProofs = []proof{
	{fields: ".volumes .volumes[].type .volumes[].source .volumes[].target .volumes[].read_only", of: "web", at: "Mounts/Destination=|data/RW", want: `false`},
	{fields: ".volumes[].volume .volumes[].volume.nocopy", of: "web", at: "HostConfig/Binds/#1", want: `"$NAME-data:/long:ro,nocopy"`},
	{
		fields: ".volumes[].volume.labels .volumes[].volume.labels.*", of: "web", at: "HostConfig/Mounts/Target=|anonymous/VolumeOptions/Labels/com.example.anonymous",
		want: `"one"`,
	},
	{
		fields: ".volumes[].bind .volumes[].bind.propagation .volumes[].bind.selinux .volumes[].bind.create_host_path .volumes[].consistency",
		of:     "web", at: "HostConfig/Binds/#2", want: `"$DIR/made:/made:rw,z,rprivate,cached"`,
	},
	{fields: ".volumes[].bind.recursive", of: "web", at: "HostConfig/Mounts/Target=|there/BindOptions/NonRecursive", want: `true`},
	{fields: ".volumes[].bind.create_host_path", of: "web", sh: "cat /there/file", want: "here"},
	{fields: ".volumes[].bind.recursive=writable", of: "web", at: "Mounts/Destination=|writable/RW", want: `false`},
	{
		fields: ".volumes[].tmpfs .volumes[].tmpfs.size .volumes[].tmpfs.mode", of: "web", at: "HostConfig/Mounts/Target=|memory/TmpfsOptions",
		want: `{"SizeBytes": 65536, "Mode": 960}`,
	},
	{fields: "volumes.*.external", of: "web", at: "Mounts/Destination=|outer/Name", want: `"$NAME-outer"`},
	{fields: "volumes.*.external.name", of: "web", at: "Mounts/Destination=|older/Name", want: `"$NAME-outer2"`},
	{fields: ".volumes_from", of: "heir", at: "Mounts/Destination=|shared/Name", want: `"$NAME_shared"`},
	{fields: ".volumes_from", of: "heir", at: "Mounts/Destination=|of-outside/Type", want: `"volume"`},
	{fields: "volumes volumes.* volumes.*.name", of: "volume data", at: "Name", want: `"$NAME-data"`},
	{fields: "volumes.*.driver", of: "volume data", at: "Driver", want: `"local"`},
	{fields: "volumes.*.driver_opts volumes.*.driver_opts.*", of: "volume data", at: "Options", want: `{"type": "tmpfs", "device": "tmpfs", "o": "size=1m"}`},
	{fields: "volumes.*.labels volumes.*.labels.*", of: "volume data", at: "Labels/com.example.volume", want: `"data"`},
	{fields: ".configs .configs[].source configs configs.* configs.*.content", of: "web", sh: "cat /inline", want: "of $NAME"},
	{fields: "configs.*.environment .configs[].target", of: "web", sh: "cat /etc/variable", want: "a config"},
	{fields: ".configs[].uid .configs[].gid .configs[].mode", of: "web", sh: "stat -c '%u %g %a' /etc/variable", want: "12 34 440"},
	{fields: "configs.*.file configs.*.name", of: "web", sh: "head -n 1 /etc/file", want: "FROM_FILE=file"},
	{fields: ".secrets .secrets[].source secrets secrets.* secrets.*.environment", of: "web", sh: "cat /run/secrets/variable", want: "a secret"},
	{fields: "secrets.*.file secrets.*.name .secrets[].target", of: "web", sh: "cat /run/secrets/renamed", want: `RAW="as $IT is"`},
	{fields: ".secrets[].uid .secrets[].gid .secrets[].mode", of: "web", sh: "stat -c '%u %g %a' /run/secrets/renamed", want: "56 78 400"},
	{fields: ".use_api_socket", of: "socket", sh: "test -S /var/run/docker.sock && test -f $DOCKER_CONFIG/config.json && echo $DOCKER_CONFIG", want: "/run/secrets/docker"},
}
