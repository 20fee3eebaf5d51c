#!/usr/bin/env bash
# Makes the local images that the tests and examples run, since none is pulled:
#
#   scripts/images.sh [dummy] [web] [busybox] [postgres] [redis] [nginx]    all unless told
#   scripts/images.sh fetch    only gets the packages, for a run without network; asks no engine
#
# dummy is e2e/dummy, web e2e/web and nothing else. The servers are this machine's Debian or
# Ubuntu packages with a busybox, under the names and with the settings of the
# images that people use (e2e/images/README.md). They are cached in ~/.cache/stack.

set -euo pipefail
cd "$(dirname "$0")/.."

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM HUP
cache=${XDG_CACHE_HOME:-$HOME/.cache}/stack/images
label=dev.stack.image.inputs

# What only the installation of a package runs, and a compiler for queries.
unneeded='adduser|cdebconf|debconf|dpkg|gcc-|init-system-helpers|iproute2|libaudit-common|libbpf|libc-bin|libdb5|libelf'
unneeded+='|libgdbm|libllvm|libperl|libsem|libsepol|libz3|locales|lsb-base|netbase|passwd|perl|postgresql-client-common'
unneeded+='|postgresql-common|readline-common|sensible-utils|ssl-cert|sysvinit-utils|tar|ucf|usrmerge'

# current IMAGE INPUTS is true when the engine has that image, made of these inputs.
current() {
	[ "$(docker image inspect --format "{{index .Config.Labels \"$label\"}}" "$1" 2>/dev/null)" = "$2" ]
}

# build_image IMAGE INPUTS ROOT DOCKERFILE-LINE... makes the image of a folder.
build_image() {
	local image=$1 inputs=$2 root=$3
	shift 3
	printf '%s\n' 'FROM scratch' 'COPY . /' "LABEL $label=$inputs" "$@" >"$tmp/Dockerfile"
	docker build --force-rm --tag "$image" --file "$tmp/Dockerfile" "$root" >"$tmp/log" 2>&1 || {
		cat "$tmp/log" >&2
		echo "images: cannot make $image" >&2
		return 1
	}
	echo "images: made $image"
}

# foreign IMAGE is true when the engine has an image of that name that is not
# ours, the real one then: it is used as it is.
foreign() {
	docker image inspect "$1" >/dev/null 2>&1 &&
		[ -z "$(docker image inspect --format "{{index .Config.Labels \"$label\"}}" "$1")" ]
}

digest() { cat "$@" | sha256sum | cut -c1-16; }

dummy() {
	local root=$tmp/dummy inputs
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o "$root/dummy" ./e2e/dummy
	inputs=$(digest "$root/dummy")
	current stack-e2e/dummy "$inputs" ||
		build_image stack-e2e/dummy "$inputs" "$root" 'ENTRYPOINT ["/dummy"]' 'CMD ["serve"]'
}

web() {
	local root=$tmp/web inputs
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o "$root/web" ./e2e/web
	inputs=$(digest "$root/web")
	current stack-e2e/web "$inputs" ||
		build_image stack-e2e/web "$inputs" "$root" 'ENTRYPOINT ["/web"]' 'CMD ["serve"]'
}

# need COMMAND PACKAGE installs the package when the command is missing.
need() {
	command -v "$1" >/dev/null && return
	apt-get update -qq >&2
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$2" >&2
}

# base ROOT fills a folder with a busybox and what every program expects.
base() {
	local applet
	mkdir -p "$1"/{usr/bin,usr/sbin,usr/lib,usr/lib64,etc,tmp,run,var/log,root}
	for dir in bin sbin lib lib64; do ln -s "usr/$dir" "$1/$dir"; done
	chmod 1777 "$1/tmp"
	cp "$(command -v busybox)" "$1/usr/bin/busybox"
	for applet in $(busybox --list); do
		[ "$applet" = busybox ] || ln -s /usr/bin/busybox "$1/usr/bin/$applet"
	done
	echo 'root:x:0:0::/root:/bin/sh' >"$1/etc/passwd"
	echo 'root:x:0:' >"$1/etc/group"
}

busybox_image() {
	local root=$tmp/busybox
	foreign busybox && return
	need busybox busybox-static
	current busybox "$(digest "$(command -v busybox)")" && return
	base "$root"
	build_image busybox "$(digest "$(command -v busybox)")" "$root" 'CMD ["sh"]'
}

# unpack NAME PACKAGE... fills the cache's folder NAME with the packages and all
# that they need, apart from what only their installation would run.
unpack() {
	local root=$cache/$1 empty=$cache/empty deb names
	shift
	mkdir -p "$root.debs" "$cache"
	: >"$empty"
	need busybox busybox-static
	[ -n "$(apt-get indextargets 'Created-By: Packages' --format '$(FILENAME)' | xargs -r ls 2>/dev/null)" ] || apt-get update -qq >&2
	names=$(apt-get install -qq --simulate --no-install-recommends -o Dir::State::status="$empty" "$@" |
		awk '$1 == "Inst" { print $2 }' |
		grep -vE "^($unneeded)" || :)
	[ -n "$names" ] || { echo "images: apt knows no $*" >&2 && return 1; }
	# shellcheck disable=SC2086
	(cd "$root.debs" && apt-get download -qq -o APT::Sandbox::User=root $names >&2)
	rm -rf "$root"
	base "$root"
	for deb in "$root.debs"/*.deb; do
		dpkg-deb --fsys-tarfile "$deb" |
			tar -C "$root" -x --keep-directory-symlink --exclude='./usr/share/doc' --exclude='./usr/share/man' --exclude='./usr/share/locale'
	done
	rm -rf "$root.debs"
}

# fetched NAME PACKAGES has the packages in the cache's folder NAME.
fetched() {
	[ "$(cat "$cache/$1.packages" 2>/dev/null)" = "$2 -$unneeded" ] && return
	# shellcheck disable=SC2086
	unpack "$1" $2
	echo "$2 -$unneeded" >"$cache/$1.packages"
}

# server NAME IMAGE PACKAGES DOCKERFILE-LINE... makes the image of a server, with
# e2e/images/NAME on top of its packages.
server() {
	local name=$1 image=$2 packages=$3 inputs
	shift 3
	if [ -n "$fetch" ]; then
		fetched "$name" "$packages"
		return
	fi
	foreign "$image" && return
	inputs=$(digest "$0" <(find "e2e/images/$name" -type f | sort | xargs cat) <(echo "$packages"))
	current "$image" "$inputs" && return
	fetched "$name" "$packages"
	cp -r "e2e/images/$name/." "$cache/$name/"
	build_image "$image" "$inputs" "$cache/$name" "$@"
}

postgres() {
	server postgres postgres:15 postgresql-15 \
		'ENV PATH=/usr/local/bin:/usr/lib/postgresql/15/bin:/usr/bin:/usr/sbin PGDATA=/var/lib/postgresql/data' \
		'VOLUME /var/lib/postgresql/data' 'EXPOSE 5432' 'STOPSIGNAL SIGINT' \
		'ENTRYPOINT ["docker-entrypoint.sh"]' 'CMD ["postgres"]'
}

redis() {
	server redis redis:7 redis-server 'WORKDIR /data' 'VOLUME /data' 'EXPOSE 6379' \
		'ENV PATH=/usr/local/bin:/usr/bin:/usr/sbin' \
		'ENTRYPOINT ["docker-entrypoint.sh"]' 'CMD ["redis-server"]'
}

nginx() {
	server nginx nginx:1 nginx 'EXPOSE 80' 'STOPSIGNAL SIGQUIT' \
		'CMD ["nginx", "-g", "daemon off;"]'
}

fetch=
if [ "$*" = fetch ]; then
	fetch=yes
	need busybox busybox-static
	set -- postgres redis nginx
fi
[ $# -gt 0 ] || set -- dummy web busybox postgres redis nginx
for name; do
	case $name in
	dummy | web | postgres | redis | nginx) "$name" ;;
	busybox) busybox_image ;;
	*) echo "usage: $0 [fetch | [dummy] [web] [busybox] [postgres] [redis] [nginx]]" >&2 && exit 2 ;;
	esac
done
