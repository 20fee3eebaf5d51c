# shellcheck shell=bash
# Sourced: programs of another Debian suite than this machine's, with nothing
# installed on the machine.

# debian_root DIR SUITE PACKAGE... unpacks the packages, with all they depend
# on, into DIR/root, unless they are there.
debian_root() {
	local dir=$1 suite=$2
	shift 2
	mkdir -p "$dir"
	(
		flock 9
		[ "$(cat "$dir/complete" 2>/dev/null)" = "$suite $*" ] || debian_unpack "$dir" "$suite" "$@"
	) 9>"$dir/lock"
}

debian_unpack() {
	local dir=$1 suite=$2 keys=/usr/share/keyrings/debian-archive-keyring.gpg mirror apt deb
	shift 2
	rm -rf "$dir/apt" "$dir/root" "$dir/complete"
	mkdir -p "$dir"/apt/{lists,cache/archives}/partial "$dir"/root/usr/{bin,sbin,lib,lib64}
	ln -s usr/bin usr/sbin usr/lib usr/lib64 "$dir/root/"
	mirror=$(debian_mirror)
	echo "deb [signed-by=$keys] $mirror $suite main" >"$dir/apt/sources.list"
	: >"$dir/apt/status"
	apt=(apt-get -qq -o APT::Sandbox::User=root -o Acquire::Languages=none -o Acquire::Retries=3
		-o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false
		-o Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled=false
		-o Dir::Etc::sourcelist="$dir/apt/sources.list" -o Dir::Etc::sourceparts=/dev/null
		-o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts=/dev/null
		-o Dir::State::lists="$dir/apt/lists" -o Dir::State::status="$dir/apt/status"
		-o Dir::Cache="$dir/apt/cache")
	"${apt[@]}" update >&2
	"${apt[@]}" install -y --no-install-recommends --download-only "$@" >&2
	for deb in "$dir"/apt/cache/archives/*.deb; do
		dpkg-deb --fsys-tarfile "$deb" | tar -C "$dir/root" -x --keep-directory-symlink
	done
	rm -rf "$dir/apt"
	echo "$suite $*" >"$dir/complete"
}

# debian_mirror is where this machine's own apt gets Debian from.
debian_mirror() {
	local codename mirror
	codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
	# shellcheck disable=SC2016 # apt fills it in
	mirror=$(apt-get indextargets --no-release-info --format '$(REPO_URI)' 'Created-By: Packages' "Release: $codename")
	echo "${mirror%%$'\n'*}"
}
