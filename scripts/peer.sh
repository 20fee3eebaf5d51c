#!/usr/bin/env bash
# Prints the path of a docker-compose binary to hold stack against: $STACK_PEER, or
# Debian's, which is unpacked into the cache and not installed. It fails where
# there is none to be had.

set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/debian.sh

if [ -n "${STACK_PEER-}" ]; then
	realpath -e "$STACK_PEER"
	exit
fi
cache=${XDG_CACHE_HOME:-$HOME/.cache}/stack/peer
debian_root "$cache" sid docker-compose >&2
realpath -e "$cache/root/usr/libexec/docker/cli-plugins/docker-compose"
