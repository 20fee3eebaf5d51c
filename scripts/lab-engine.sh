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

lab_log() { printf 'lab: %s\n' "$*" >&2; }

lab_die() {
	printf '\n==> NO ENGINE OF DEBIAN %s: %s\n' "${suite-}" "$1" >&2
	exit 1
}

# check says what the machine lacks.
check() {
	local name
	[ "$(id -u)" = 0 ] || lab_die "only root can start one."
	for name in apt-get dpkg-deb unshare nsenter setpriv flock docker; do
		command -v "$name" >/dev/null || lab_die "this machine has no $name."
	done
	[ -e /usr/share/keyrings/debian-archive-keyring.gpg ] || lab_die "this machine is not a Debian: it lacks debian-archive-keyring."
	[ -n "$(debian_mirror)" ] || lab_die "apt has no mirror of Debian; apt-get update?"
	unshare --net --mount --pid --fork true || lab_die "this machine makes no namespaces: is it a container without privileges?"
}

# unpack gets the engine, and what it runs, into $root.
unpack() {
	local name
	debian_root "$cache/$suite" "$suite" docker.io iptables iproute2 procps xz-utils ca-certificates base-files ||
		lab_die "its packages cannot be unpacked."
	for name in iptables iptables-save iptables-restore ip6tables ip6tables-save ip6tables-restore; do
		ln -sf xtables-nft-multi "$root/usr/sbin/$name" # what installing would do
	done
}

# boot_script is what the engine's first process runs, in its namespaces.
boot_script() {
	cat <<-'BOOT'
		set -e
		dir=$1 root=$2
		shift 2
		echo stack-lab >/proc/sys/kernel/hostname
		mkdir -p "$dir/cgroup" "$dir/lib" /var/lib/docker
		if mountpoint -q /sys/fs/cgroup; then
			mount --rbind /sys/fs/cgroup "$dir/cgroup"
		else # nothing on this machine has mounted them yet
			mount -t tmpfs cgroup "$dir/cgroup"
			while read -r name id count enabled; do
				[ "$enabled" = 1 ] || continue
				mkdir "$dir/cgroup/$name"
				mount -t cgroup -o "$name" cgroup "$dir/cgroup/$name" || rmdir "$dir/cgroup/$name"
			done </proc/cgroups
		fi
		mount -t sysfs sysfs /sys # this network namespace's view
		mount --rbind "$dir/cgroup" /sys/fs/cgroup
		mount -t tmpfs -o mode=755 tmpfs /run
		mount --bind "$dir/lib" /var/lib/docker # Swarm writes there whatever --data-root says
		mount --make-rshared / # as systemd has it: rshared and rslave binds need it
		mount --rbind "$root/usr" /usr
		ip link set lo up
		ip addr add 192.0.2.1/32 dev lo # a DNS server that refuses at once
		exec /usr/bin/docker-init -s -- /usr/sbin/dockerd --config-file "$dir/daemon.json" \
			--data-root "$dir/data" --exec-root /run/docker --pidfile /run/docker.pid \
			--host "unix://$dir/docker.sock" --host unix:///run/docker.sock "$@"
	BOOT
}

# start runs the engine in $dir and waits until it answers.
start() {
	local i
	mkdir -p "$dir/client"
	boot_script >"$dir/boot"
	echo "{\"features\": {\"containerd-snapshotter\": $containerd}}" >"$dir/daemon.json"
	setpriv --pdeathsig KILL \
		unshare --net --uts --mount --pid --fork --kill-child --mount-proc \
		sh "$dir/boot" "$dir" "$root" --cgroup-parent "/$cgroup" --dns 192.0.2.1 \
		</dev/null >"$dir/dockerd.log" 2>&1 9>&- &
	engine=$!
	for ((i = 0; i < 300; i++)); do
		if docker version --format '{{.Server.Version}}' >"$dir/version" 2>/dev/null; then return; fi
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
	sweep
}

# sweep removes what an engine left behind, this one or one that was killed.
sweep() {
	find /sys/fs/cgroup -depth -type d \( -name "$cgroup" -o -path "*/$cgroup/*" \) -exec rmdir {} + 2>/dev/null || :
	rm -rf --one-file-system "$dir"
}

[ $# -ge 2 ] || { echo "usage: $0 SUITE[+containerd] COMMAND..." >&2 && exit 2; }
leg=$1 suite=${1%+containerd} containerd=$([ "$1" = "${1%+containerd}" ] && echo false || echo true)
shift
cache=${XDG_CACHE_HOME:-$HOME/.cache}/stack/engines
root=$cache/$suite/root dir=$cache/run-$leg cgroup=stack-lab-$leg
export DOCKER_HOST=unix://$dir/docker.sock DOCKER_CONFIG=$dir/client
check
unpack
exec 9>"$cache/run-$leg.lock"
flock --nonblock 9 || { lab_log "waiting for the one that runs" && flock 9; }
sweep
trap finish EXIT
trap 'exit 130' INT TERM HUP
start
inside=$(cat "/proc/$engine/task/$engine/children")
lab_log "Docker Engine $(cat "$dir/version") of Debian $leg"
setpriv --pdeathsig TERM nsenter --net="/proc/${inside%% *}/ns/net" "$@" <&0 9>&- &
wait $! # which a signal ends
