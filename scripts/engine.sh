#!/usr/bin/env bash
# Finds a Docker Engine, or installs one and starts it; prints DOCKER_HOST=….
#
#   scripts/engine.sh               DOCKER_HOST, the docker context, /var/run/docker.sock, or a new one
#   . scripts/engine.sh             the same, and exports DOCKER_HOST
#   ENGINE_DIR=DIR scripts/engine.sh  one of our own with all its files in DIR, whatever else there is;
#                                     give it a network namespace of its own beside another engine
#
# Installing and starting needs root on Debian or Ubuntu; systemd is not needed.

set -eu
engine_log() { printf 'engine: %s\n' "$*" >&2; }

engine_die() {
	printf '\n==> NO DOCKER ENGINE: %s\n' "$1" >&2
	printf '    Start one, or point DOCKER_HOST at one, and run this again.\n' >&2
	exit 1
}

engine_answers() {
	[ -n "$1" ] && DOCKER_HOST=$1 timeout 10 docker version --format '{{.Server.Version}}' >/dev/null 2>&1
}

# engine_find prints the address of an engine that answers.
engine_find() {
	local host
	command -v docker >/dev/null || return 1
	if [ -n "${DOCKER_HOST-}" ]; then
		engine_answers "$DOCKER_HOST" || engine_die "DOCKER_HOST is $DOCKER_HOST, and nothing answers there."
		echo "$DOCKER_HOST"
		return
	fi
	for host in "$(docker context inspect --format '{{.Endpoints.docker.Host}}' 2>/dev/null)" unix:///var/run/docker.sock; do
		engine_answers "$host" || continue
		echo "$host"
		return
	done
	return 1
}

engine_install() {
	local missing=()
	command -v dockerd >/dev/null || missing+=(docker.io)
	command -v iptables >/dev/null || missing+=(iptables)
	[ -e /etc/ssl/certs/ca-certificates.crt ] || missing+=(ca-certificates)
	if [ ${#missing[@]} -eq 0 ] && command -v docker >/dev/null; then return; fi
	command -v apt-get >/dev/null || engine_die "none answers, and without apt-get none can be installed."
	[ "$(id -u)" = 0 ] || engine_die "none answers, and only root can install one."
	apt-get update -qq >&2 || engine_die "none answers, and apt-get update fails."
	if ! command -v docker >/dev/null && [ -n "$(apt-cache search --names-only '^docker-cli$')" ]; then
		missing+=(docker-cli) # newer suites have the command in a package of its own
	fi
	engine_log "installing ${missing[*]}"
	DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 \
		apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2 ||
		engine_die "none answers, and apt-get cannot install ${missing[*]}."
}

# engine_cgroups mounts the control groups when no init system has.
engine_cgroups() {
	local name enabled _
	mountpoint -q /sys/fs/cgroup && return
	if [ "$(awk '$4 == 1' /proc/cgroups | wc -l)" = 0 ] && mount -t cgroup2 cgroup /sys/fs/cgroup 2>/dev/null; then
		return
	fi
	mount -t tmpfs -o mode=755 cgroup /sys/fs/cgroup
	while read -r name _ _ enabled; do
		[ "$enabled" = 1 ] || continue
		mkdir -p "/sys/fs/cgroup/$name"
		mount -t cgroup -o "$name" cgroup "/sys/fs/cgroup/$name" || rmdir "/sys/fs/cgroup/$name"
	done </proc/cgroups
}

# engine_wait HOST PID fails when the process ends, or does not answer in 60 s.
engine_wait() {
	local i
	for ((i = 0; i < 300; i++)); do
		if engine_answers "$1"; then return; fi
		kill -0 "$2" 2>/dev/null || return 1
		sleep 0.2
	done
	return 1
}

# engine_start HOST LOG ARGUMENT... starts dockerd so that it outlives this script.
engine_start() {
	local host=$1 log=$2
	shift 2
	engine_log "starting dockerd $*"
	: >"$log"
	setsid dockerd --host "$host" "$@" </dev/null >>"$log" 2>&1 &
	engine_wait "$host" $!
}

# engine_boot HOST LOG ARGUMENT... tries again without what this kernel lacks.
engine_boot() {
	local host=$1 log=$2 extra=() try
	shift 2
	engine_cgroups
	for try in 1 2 3; do
		if engine_start "$host" "$log" "$@" ${extra[@]+"${extra[@]}"}; then return; fi
		engine_log "try $try: $(grep -E 'failed to start|level=fatal|Error' "$log" | tail -n 1)"
		if grep -qE 'pid file|is still running' "$log" && engine_wait "$host" $$; then
			return # the package has started one meanwhile
		fi
		if grep -qE 'graphdriver|storage driver|overlay' "$log"; then
			extra+=(--storage-driver=vfs)
		elif grep -qE 'iptables|nf_tables' "$log"; then
			extra+=(--iptables=false)
		else
			break
		fi
	done
	tail -n 20 "$log" >&2
	engine_die "dockerd does not start here; its log is $log"
}

# engine_new installs and starts one, and prints its address.
engine_new() {
	local dir=${ENGINE_DIR-} host=unix:///var/run/docker.sock log=/var/log/dockerd.log pid
	engine_install
	if [ -n "$dir" ]; then
		mkdir -p "$dir"
		host=unix://$dir/docker.sock log=$dir/dockerd.log
		engine_answers "$host" ||
			engine_boot "$host" "$log" --data-root "$dir/data" --exec-root "$dir/run" --pidfile "$dir/docker.pid"
		echo "$host"
		return
	fi
	pid=$(cat /var/run/docker.pid 2>/dev/null || :)
	if [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null && engine_wait "$host" "$pid"; then
		echo "$host" # installing the package started it
		return
	fi
	[ "$(id -u)" = 0 ] || engine_die "none answers, and only root can start one."
	engine_boot "$host" "$log"
	echo "$host"
}

if [ -n "${ENGINE_DIR-}" ]; then
	DOCKER_HOST=$(engine_new)
else
	DOCKER_HOST=$(engine_find || engine_new)
fi
export DOCKER_HOST
engine_log "Docker Engine $(docker version --format '{{.Server.Version}}') at $DOCKER_HOST"
[ "${BASH_SOURCE[0]}" != "$0" ] || echo "DOCKER_HOST=$DOCKER_HOST"
