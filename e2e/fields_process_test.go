package e2e_test

// fieldProjects are the files of testdata/fields.
func fieldProjects() []fieldProject {
	return []fieldProject{
		{file: "process.yaml", proofs: processProofs},
		{file: "limits.yaml", proofs: limitProofs},
		{file: "created.yaml", up: []string{"--no-start"}, proofs: createdProofs},
		{
			file: "networks.yaml", proofs: networkProofs,
			before: `docker network create $1-outer && docker network create $1-outer2 &&
				docker network create --internal --label com.docker.compose.project=$1 --label com.docker.compose.network=back $1-unused && docker network rm $1-unused`,
			after: `docker rm -f $1-outside 2>/dev/null; docker ps -aq --filter label=com.docker.compose.project=$1 | xargs -r docker rm -f >/dev/null
				docker network rm $1-outer $1-outer2`,
		},
		{
			file: "volumes.yaml", proofs: volumeProofs,
			before: `docker volume create $1-outer && docker volume create $1-outer2 &&
				docker run -d --name $1-outside -v /of-outside busybox sleep 600`,
			after: `docker ps -aq --filter label=com.docker.compose.project=$1 | xargs -r docker rm -fv >/dev/null
				docker rm -fv $1-outside && docker volume rm $1-outer $1-outer2`,
		},
		{file: "newer.yaml", proofs: newerProofs},
		{file: "newer_mounts.yaml", proofs: newerMountProofs},
		{file: "newer_devices.yaml", up: []string{"--no-start"}, proofs: newerDeviceProofs},
	}
}

var processProofs = []proof{
	{fields: "services services.* .image", of: "web", at: "Config/Image", want: `"busybox"`},
	{fields: ".entrypoint", of: "web", at: "Config/Entrypoint", want: `["/bin/busybox"]`},
	{fields: ".command", of: "web", at: "Config/Cmd", want: `["sh", "-c", "exec sleep 600"]`},
	{fields: ".working_dir", of: "web", sh: "pwd", want: "/srv"},
	{fields: ".user", of: "web", sh: "id -u; id -g", want: "12\n34"},
	{fields: ".environment .environment.*", of: "web", sh: "echo $FROM_FILE, $PLAIN", want: "environment wins, one"},
	{fields: ".env_file .env_file[].path .env_file[].required", of: "web", sh: "echo $QUOTED", want: "in quotes"},
	{fields: ".env_file[].format", of: "web", sh: `echo "$RAW"`, want: `"as $IT is"`},
	{fields: ".init", of: "web", at: "HostConfig/Init", want: `true`},
	{fields: ".stdin_open", of: "web", at: "Config/OpenStdin", want: `true`},
	{fields: ".tty", of: "web", at: "Config/Tty", want: `true`},
	{fields: ".stop_signal", of: "web", at: "Config/StopSignal", want: `"SIGUSR1"`},
	{fields: ".stop_grace_period", of: "web", at: "Config/StopTimeout", want: `7`},
	{fields: ".restart", of: "web", at: "HostConfig/RestartPolicy", want: `{"Name": "on-failure", "MaximumRetryCount": 3}`},
	{fields: "name .container_name", of: "web", at: "Name", want: `"/$NAME-named"`},
	{fields: ".hostname", of: "web", at: "Config/Hostname", want: `"host1"`},
	{fields: ".domainname", of: "web", at: "Config/Domainname", want: `"example.test"`},
	{fields: ".labels .labels.*", of: "web", at: "Config/Labels/com.example.a", want: `"one"`},
	{fields: ".label_file", of: "web", at: "Config/Labels/com.example.b", want: `"two"`},
	{fields: ".dns", of: "web", at: "HostConfig/Dns", want: `["9.9.9.9"]`},
	{fields: ".dns_search", of: "web", at: "HostConfig/DnsSearch", want: `["search.test"]`},
	{fields: ".dns_opt", of: "web", at: "HostConfig/DnsOptions", want: `["ndots:3"]`},
	{fields: ".extra_hosts .extra_hosts.*", of: "web", at: "HostConfig/ExtraHosts", want: `["gateway.test:host-gateway", "one.test:10.1.1.1", "six.test:::1"]`},
	{fields: ".extra_hosts", of: "web", sh: "grep -w one.test /etc/hosts", want: "10.1.1.1\tone.test"},
	{fields: ".expose", of: "web", at: "Config/ExposedPorts", want: `{"3000/tcp": {}, "4000/udp": {}, "4001/udp": {}}`},
	{fields: ".logging .logging.driver", of: "web", at: "HostConfig/LogConfig/Type", want: `"local"`},
	{fields: ".logging.options .logging.options.*", of: "web", at: "HostConfig/LogConfig/Config", want: `{"max-size": "1m"}`},
	{fields: ".healthcheck .healthcheck.test", of: "web", at: "Config/Healthcheck/Test", want: `["CMD", "true"]`},
	{fields: ".healthcheck.interval", of: "web", at: "Config/Healthcheck/Interval", want: `60000000000`},
	{fields: ".healthcheck.timeout", of: "web", at: "Config/Healthcheck/Timeout", want: `3000000000`},
	{fields: ".healthcheck.retries", of: "web", at: "Config/Healthcheck/Retries", want: `4`},
	{fields: ".healthcheck.start_period", of: "web", at: "Config/Healthcheck/StartPeriod", want: `2000000000`},
	{fields: ".healthcheck.disable", of: "plain", at: "Config/Healthcheck/Test", want: `["NONE"]`},
	{
		fields: ".deploy .deploy.restart_policy .deploy.restart_policy.condition .deploy.restart_policy.max_attempts",
		of:     "plain", at: "HostConfig/RestartPolicy", want: `{"Name": "on-failure", "MaximumRetryCount": 4}`,
	},
	{fields: ".deploy.resources .deploy.resources.limits .deploy.resources.limits.cpus", of: "plain", at: "HostConfig/NanoCpus", want: `500000000`},
	{fields: ".deploy.resources.limits.memory", of: "plain", at: "HostConfig/Memory", want: `67108864`},
	{fields: ".deploy.resources.limits.pids", of: "plain", at: "HostConfig/PidsLimit", want: `99`},
	{fields: ".deploy.resources.reservations .deploy.resources.reservations.memory", of: "plain", at: "HostConfig/MemoryReservation", want: `33554432`},
}
