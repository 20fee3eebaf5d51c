# shellcheck shell=bash
# Sourced: an engine of another Debian suite than this machine's, in namespaces
# of its own. It shares the kernel and the files outside /usr and /run with
# whatever else runs here, and ends whole when its first process is killed. It
# needs $suite and scripts/debian.sh.

lab_log() { printf 'lab: %s\n' "$*" >&2; }

lab_die() {
	printf '\n==> NO ENGINE OF DEBIAN %s: %s\n' "${suite-}" "$1" >&2
	exit 1
}

# lab_check COMMAND... says what the machine lacks.
lab_check() {
	local name
	[ "$(id -u)" = 0 ] || lab_die "only root can start one."
	for name in apt-get dpkg-deb unshare nsenter setpriv flock docker "$@"; do
		command -v "$name" >/dev/null || lab_die "this machine has no $name."
	done
	[ -e /usr/share/keyrings/debian-archive-keyring.gpg ] || lab_die "this machine is not a Debian: it lacks debian-archive-keyring."
	[ -n "$(debian_mirror)" ] || lab_die "apt has no mirror of Debian; apt-get update?"
	unshare --net --mount --pid --fork true || lab_die "this machine makes no namespaces: is it a container without privileges?"
}

# lab_unpack DIR gets the engine, and what it runs, into DIR/root.
lab_unpack() {
	local name
	debian_root "$1" "$suite" docker.io iptables iproute2 procps xz-utils ca-certificates base-files ||
		lab_die "its packages cannot be unpacked."
	for name in iptables iptables-save iptables-restore ip6tables ip6tables-save ip6tables-restore; do
		ln -sf xtables-nft-multi "$1/root/usr/sbin/$name" # what installing would do
	done
}

# lab_boot is what the engine's first process runs, in its namespaces:
# DIR ROOT HOSTNAME DOCKERD-ARGUMENT...
lab_boot() {
	cat <<-'BOOT'
		set -e
		dir=$1 root=$2
		echo "$3" >/proc/sys/kernel/hostname
		shift 3
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
		ip addr add 192.0.2.1/32 dev lo 2>/dev/null || : # a DNS server that refuses at once
		exec /usr/bin/docker-init -s -- /usr/sbin/dockerd --config-file "$dir/daemon.json" \
			--data-root "$dir/data" --exec-root /run/docker --pidfile /run/docker.pid \
			--host "unix://$dir/docker.sock" --host unix:///run/docker.sock --dns 192.0.2.1 "$@"
	BOOT
}

# lab_answers is true when the engine at that address answers.
lab_answers() { timeout 10 docker --host "$1" version --format '{{.Server.Version}}' 2>/dev/null; }

# lab_sweep DIR CGROUP removes what an engine left behind, this one or one that
# was killed.
lab_sweep() {
	find /sys/fs/cgroup -depth -type d \( -name "$2" -o -path "*/$2/*" \) -exec rmdir {} + 2>/dev/null || :
	rm -rf --one-file-system "$1"
}
