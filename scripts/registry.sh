#!/usr/bin/env bash
# Serves an image registry on this machine until it is ended:
#
#   scripts/registry.sh DIR [USER:PASSWORD]
#   scripts/registry.sh fetch    only gets the program, for a run without network
#
# Its images are kept in DIR, which has to be there. With a user it asks for the
# password. It says "listening on ADDRESS" on standard error: a free port, or
# REGISTRY_PORT, of 127.0.0.1, or of REGISTRY_HOST. The program is Debian's or Ubuntu's
# docker-registry, unpacked into ~/.cache/stack when it is not installed.

set -euo pipefail
[ "$*" = fetch ] || { [ $# -ge 1 ] && [ -d "$1" ]; } || { echo "usage: $0 DIR [USER:PASSWORD] | fetch" >&2 && exit 2; }

# need COMMAND PACKAGE installs the package when the command is missing.
need() {
	command -v "$1" >/dev/null && return
	apt-get update -qq >&2
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$2" >&2
}

# registry prints the program's path. Nothing of the package is installed: it
# would start a service.
registry() {
	local cache=${XDG_CACHE_HOME:-$HOME/.cache}/stack/registry program
	if program=$(command -v docker-registry); then
		echo "$program"
		return
	fi
	mkdir -p "$cache"
	(
		flock 9
		[ -x "$cache/usr/bin/docker-registry" ] && exit
		cd "$cache"
		[ -n "$(apt-get indextargets 'Created-By: Packages' --format '$(FILENAME)' | xargs -r ls 2>/dev/null)" ] || apt-get update -qq >&2
		apt-get download -qq -o APT::Sandbox::User=root docker-registry >&2
		dpkg-deb -x docker-registry_*.deb .
		rm docker-registry_*.deb
	) 9>"$cache.lock"
	echo "$cache/usr/bin/docker-registry"
}

program=$(registry)
if [ "$1" = fetch ]; then
	need mkpasswd whois
	exit
fi
dir=$(cd "$1" && pwd) login=${2-}
cat >"$dir/config.yml" <<CONFIG
version: 0.1
log: {accesslog: {disabled: true}, level: info}
storage: {filesystem: {rootdirectory: $dir/data}}
http: {addr: "${REGISTRY_HOST:-127.0.0.1}:${REGISTRY_PORT:-0}"}
CONFIG
if [ -n "$login" ]; then
	need mkpasswd whois
	echo "${login%%:*}:$(mkpasswd -m bcrypt-a -R 5 "${login#*:}")" >"$dir/htpasswd"
	echo "auth: {htpasswd: {realm: registry, path: $dir/htpasswd}}" >>"$dir/config.yml"
fi
exec "$program" serve "$dir/config.yml"
