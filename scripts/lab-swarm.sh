#!/usr/bin/env bash
# A Swarm of three nodes on this machine, and one of a single node, beside
# whatever engine it has: four engines, each in namespaces of its own, on a
# switch, and a registry that all of them reach. Nothing of it has a way out of
# this machine.
#
#   scripts/lab-swarm.sh up            starts it, or what does not run of it, and prints (for eval):
#       export STACK_LAB=…             this script, to be called with the same settings
#       export STACK_TEST_SWARM=…      DOCKER_HOST of node 1, the manager
#       export STACK_LAB_NODES=3       how many there are: node N is the host NAME-N
#       export STACK_LAB_HOST_N=…      DOCKER_HOST of each node
#       export STACK_LAB_ADDRESS_N=…   its IP address, where ports of mode host answer this machine
#       export STACK_LAB_ALONE=…       DOCKER_HOST of the node that is a Swarm of its own, number 9
#       export STACK_LAB_REGISTRY=…    HOST:PORT of the registry, which asks for no password
#   scripts/lab-swarm.sh runs          succeeds when node 1 runs
#   scripts/lab-swarm.sh load IMAGE... copies images of the engine at DOCKER_HOST to each node of the Swarm
#   scripts/lab-swarm.sh run N CMD...  runs CMD in node N's network, with its DOCKER_HOST
#   scripts/lab-swarm.sh kill N        cuts node N's power: its engine and containers end at once
#   scripts/lab-swarm.sh start N       brings it back, with the state that it had
#   scripts/lab-swarm.sh unplug N      takes its network cable out; plug N puts it back
#   scripts/lab-swarm.sh down          ends all of it, and removes what it made
#   scripts/lab-swarm.sh fetch         only gets the programs, for a run without network
#
# LAB_SUITE is the Debian suite of the engines: bookworm (20.10, the default),
# trixie (26.1), sid (28.5 or newer). Labs of two suites can run at once.
# LAB_NODES is how many nodes the Swarm has, at most 8, LAB_MANAGERS how many of them
# are managers. This machine's kernel decides what works: without IPVS there are
# no virtual addresses and no ingress mesh, but overlays with dnsrr and ports of
# mode host.
#
# It needs root on Debian.

set -euo pipefail
self=$(realpath "$0")
cd "$(dirname "$self")/.."
. scripts/debian.sh
. scripts/lab.sh

suite=${LAB_SUITE:-bookworm} count=${LAB_NODES:-3} managers=${LAB_MANAGERS:-1}
case $suite in
bookworm) net=192.168.240 ;;
trixie) net=192.168.241 ;;
forky) net=192.168.242 ;;
sid) net=192.168.243 ;;
*) lab_die "LAB_SUITE is bookworm, trixie, forky or sid." ;;
esac
name=lab-$suite alone=9
cache=${XDG_CACHE_HOME:-$HOME/.cache}/stack/engines
root=$cache/$suite/root dir=$cache/swarm-$suite cgroup=stack-$name registry=$net.1:5000

# on N DOCKER-ARGUMENT... is the docker command on node N.
on() {
	local n=$1
	shift
	DOCKER_CONFIG=$dir/client docker --host "unix://$dir/$n/docker.sock" "$@"
}

# network makes a switch, and a cable to this machine and to each node.
network() {
	local n
	[ ! -e "/run/netns/$name" ] || return 0
	ip netns add "$name"
	ip -n "$name" link add lan type bridge
	ip -n "$name" link set lan up
	ip link add "$name" type veth peer name host netns "$name"
	ip -n "$name" link set host master lan up
	ip addr add "$net.1/24" dev "$name"
	ip link set "$name" up
	for n in $(seq "$count") $alone; do
		ip netns add "$name-$n"
		ip -n "$name" link add "node$n" type veth peer name eth0 netns "$name-$n"
		ip -n "$name" link set "node$n" master lan up
		ip -n "$name-$n" addr add "$net.1$n/24" dev eth0
		ip -n "$name-$n" link set lo up
		ip -n "$name-$n" link set eth0 up
		ip netns exec "$name-$n" sysctl -qw net.ipv4.ip_forward=1
	done
}

# alive PIDFILE WORD is true while the process of that file runs: WORD is in its
# command line.
alive() {
	local pid
	pid=$(cat "$1" 2>/dev/null) || return 1
	tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qF "$2"
}

# start N runs node N's engine and waits until it answers.
start() {
	local node=$dir/$1 i
	! alive "$node/pid" "$node/boot" || return 0
	mkdir -p "$node"
	rm -f "$node/docker.sock"
	lab_boot >"$node/boot"
	echo "{\"insecure-registries\": [\"$net.0/24\"], \"default-address-pools\": [{\"base\": \"172.28.0.0/16\", \"size\": 24}]}" >"$node/daemon.json"
	setsid nsenter --net="/run/netns/$name-$1" \
		unshare --uts --mount --pid --fork --mount-proc \
		sh "$node/boot" "$node" "$root" "$name-$1" --cgroup-parent "/$cgroup" \
		</dev/null >>"$node/dockerd.log" 2>&1 9>&- &
	echo $! >"$node/pid"
	for ((i = 0; i < 300; i++)); do
		if lab_answers "unix://$node/docker.sock" >"$node/version"; then return; fi
		[ $i -lt 10 ] || alive "$node/pid" "$node/boot" || break
		sleep 0.2
	done
	tail -n 20 "$node/dockerd.log" >&2
	lab_die "node $1 does not start."
}

# power_off N ends node N's engine, and all in its process namespace with it.
power_off() {
	local node=$dir/$1 pid children i
	alive "$node/pid" "$node/boot" || return 0
	pid=$(cat "$node/pid")
	children=$(cat "/proc/$pid/task/$pid/children")
	# shellcheck disable=SC2086 # it is a list
	[ -z "$children" ] || kill -KILL $children
	for ((i = 0; i < 300; i++)); do # it goes when its whole namespace has
		[ -e "/proc/$pid" ] || { rm -f "$node/pid" && return; }
		sleep 0.1
	done
	lab_die "node $1 does not end."
}

# serve runs the registry.
serve() {
	local i
	! alive "$dir/registry.pid" "$dir/registry" || return 0
	mkdir -p "$dir/registry"
	REGISTRY_HOST=$net.1 REGISTRY_PORT=5000 setsid scripts/registry.sh "$dir/registry" \
		</dev/null >"$dir/registry.log" 2>&1 9>&- &
	echo $! >"$dir/registry.pid"
	for ((i = 0; i < 150; i++)); do
		! grep -q "listening on $registry" "$dir/registry.log" || return 0
		sleep 0.2
	done
	tail -n 20 "$dir/registry.log" >&2
	lab_die "its registry does not start."
}

# join N makes node N one of the Swarm's.
join() {
	local role=worker
	[ "$(on "$1" info --format '{{.Swarm.LocalNodeState}}')" = inactive ] || return 0
	if [ "$1" = 1 ] || [ "$1" = $alone ]; then
		on "$1" swarm init --advertise-addr "$net.1$1" --default-addr-pool 10.228.0.0/16 --default-addr-pool-mask-length 24 >/dev/null
		return
	fi
	[ "$1" -gt "$managers" ] || role=manager
	on "$1" swarm join --advertise-addr "$net.1$1" --token "$(on 1 swarm join-token -q $role)" "$net.11:2377" >/dev/null
}

up() {
	local n pid pids=()
	lab_check ip setsid realpath
	lab_unpack "$cache/$suite"
	mkdir -p "$dir/client"
	network
	for n in $(seq "$count") $alone; do
		start "$n" &
		pids+=($!)
	done
	serve
	for pid in "${pids[@]}"; do wait "$pid"; done
	for n in $(seq "$count") $alone; do join "$n"; done
	lab_log "Docker Engine $(cat "$dir/1/version") of Debian $suite, a Swarm of $count and one of a single node"
	echo "export STACK_LAB=$self LAB_SUITE=$suite LAB_NODES=$count LAB_MANAGERS=$managers"
	echo "export STACK_TEST_SWARM=unix://$dir/1/docker.sock STACK_LAB_NODES=$count STACK_LAB_REGISTRY=$registry"
	echo "export STACK_LAB_ALONE=unix://$dir/$alone/docker.sock"
	for n in $(seq "$count"); do
		echo "export STACK_LAB_HOST_$n=unix://$dir/$n/docker.sock STACK_LAB_ADDRESS_$n=$net.1$n"
	done
}

down() {
	local n
	for n in $(seq 9); do power_off "$n"; done
	! alive "$dir/registry.pid" "$dir/registry" || kill "$(cat "$dir/registry.pid")"
	for n in $(seq 9); do [ ! -e "/run/netns/$name-$n" ] || ip netns del "$name-$n"; done
	[ ! -e "/run/netns/$name" ] || ip netns del "$name"
	! ip link show "$name" >/dev/null 2>&1 || ip link del "$name"
	lab_sweep "$dir" "$cgroup"
}

# exclusive lets nobody else start or end the lab meanwhile.
exclusive() {
	mkdir -p "$cache"
	exec 9>"$cache/swarm-$suite.lock"
	flock 9
}

case ${1-}:$# in
up:1) exclusive && up ;;
down:1) exclusive && down ;;
fetch:1) lab_check ip && lab_unpack "$cache/$suite" && scripts/registry.sh fetch ;;
runs:1) alive "$dir/1/pid" "$dir/1/boot" ;;
kill:2) power_off "$2" ;;
start:2) start "$2" ;;
unplug:2) ip -n "$name" link set "node$2" down ;;
plug:2) ip -n "$name" link set "node$2" up ;;
load:*)
	shift
	[ $# -gt 0 ] || lab_die "load what?"
	docker save -o "$dir/images.tar" "$@"
	for n in $(seq "$count"); do on "$n" load -q -i "$dir/images.tar" >&2; done
	rm "$dir/images.tar"
	;;
run:*)
	[ $# -ge 3 ] || lab_die "run what, on which node?"
	n=$2
	shift 2
	cd "$OLDPWD"
	exec nsenter --net="/run/netns/$name-$n" env DOCKER_HOST="unix://$dir/$n/docker.sock" DOCKER_CONFIG="$dir/client" "$@"
	;;
*) sed -n 's/^# \{0,1\}//; 2,/^$/p' "$self" >&2 && exit 2 ;;
esac
