#!/usr/bin/env bash
# Runs a command with a Docker Engine of another Debian suite, beside whatever
# engine the machine has:
#
#   scripts/lab-engine.sh SUITE[+containerd] COMMAND...    trixie is 26.1, sid 28.5 or newer
#
# +containerd keeps the images in containerd's store. The command sees
# DOCKER_HOST, and has the engine's network for its own, so published ports
# answer on 127.0.0.1; there is no way out of that network. The engine has a
# network, mount and PID namespace of its own, and ends whole, with its
# containers, when this script does, however it does; what it leaves on the disk
# (~/.cache/stack/engines) is removed before the next one starts.
#
# It needs root on Debian.

set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/debian.sh
. scripts/lab.sh

# start runs the engine in $dir and waits until it answers.
start() {
	local i
	mkdir -p "$dir/client"
	lab_boot >"$dir/boot"
	echo "{\"features\": {\"containerd-snapshotter\": $containerd}}" >"$dir/daemon.json"
	setpriv --pdeathsig KILL \
		unshare --net --uts --mount --pid --fork --kill-child --mount-proc \
		sh "$dir/boot" "$dir" "$root" stack-lab --cgroup-parent "/$cgroup" \
		</dev/null >"$dir/dockerd.log" 2>&1 9>&- &
	engine=$!
	for ((i = 0; i < 300; i++)); do
		if lab_answers "$DOCKER_HOST" >"$dir/version"; then return; fi
		kill -0 "$engine" 2>/dev/null || break
		sleep 0.2
	done
	tail -n 20 "$dir/dockerd.log" >&2
	lab_die "it does not start."
}

# finish ends the engine, and removes all that it made.
finish() {
	if [ -n "${engine-}" ]; then
		kill -KILL "$engine" 2>/dev/null || :
		wait "$engine" 2>/dev/null || :
	fi
	lab_sweep "$dir" "$cgroup"
}

[ $# -ge 2 ] || { echo "usage: $0 SUITE[+containerd] COMMAND..." >&2 && exit 2; }
leg=$1 suite=${1%+containerd} containerd=$([ "$1" = "${1%+containerd}" ] && echo false || echo true)
shift
cache=${XDG_CACHE_HOME:-$HOME/.cache}/stack/engines
root=$cache/$suite/root dir=$cache/run-$leg cgroup=stack-lab-$leg
export DOCKER_HOST=unix://$dir/docker.sock DOCKER_CONFIG=$dir/client
lab_check
lab_unpack "$cache/$suite"
exec 9>"$cache/run-$leg.lock"
flock --nonblock 9 || { lab_log "waiting for the one that runs" && flock 9; }
lab_sweep "$dir" "$cgroup"
trap finish EXIT
trap 'exit 130' INT TERM HUP
start
inside=$(cat "/proc/$engine/task/$engine/children")
lab_log "Docker Engine $(cat "$dir/version") of Debian $leg"
setpriv --pdeathsig TERM nsenter --net="/proc/${inside%% *}/ns/net" "$@" <&0 9>&- &
wait $! # which a signal ends
