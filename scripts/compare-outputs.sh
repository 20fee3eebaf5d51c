#!/usr/bin/env bash
# Compares what stack prints with what Docker Compose prints, command by command,
# on one project: tables, JSON, templates and exit codes. docs/output.md has the
# differences, and why there are any.
#
#   scripts/compare-outputs.sh [/path/to/docker-compose]
#
# Without a path, Debian's Docker Compose is unpacked into the cache. It needs an
# engine, the images of scripts/images.sh, jq and bin/stack. The exit code is 1 if
# something differs that is not expected to, or no longer does.

set -uo pipefail
cd "$(dirname "$0")/.."
root=$PWD stack=$PWD/bin/stack
peer=$(STACK_PEER=${1:-${STACK_PEER-}} scripts/peer.sh) || exit 1
dir=$(mktemp -d) P=compare-$$
cleanup() {
	docker ps -aq --filter "label=com.docker.compose.project=$P" | xargs -r docker rm -fv
	docker network ls -q --filter "name=$P" | xargs -r docker network rm
	docker volume ls -q --filter "name=$P" | xargs -r docker volume rm
} >/dev/null 2>&1
trap 'cleanup; rm -rf "$dir"' EXIT
cd "$dir" || exit 1

cat >compose.yaml <<'Y'
services:
  web:
    image: busybox
    command: sleep 6000
    init: true
    scale: 2
    ports: ["80", "127.0.0.1::81/udp"]
    volumes: ["data:/data"]
    labels: {tier: "front"}
    environment: {A: "${A:-b}", C: null}
    depends_on: {db: {condition: service_healthy}}
  db:
    image: busybox
    command: sh -c 'echo up; sleep 6000'
    init: true
    healthcheck: {test: "true", interval: 1s, start_period: 3s}
    networks: {back: {aliases: [store]}}
    deploy: {resources: {limits: {memory: 64M}}}
  job: {image: busybox, command: "sh -c 'exit 3'"}
  extra: {image: busybox, profiles: [more]}
networks: {back: {}, default: {}}
volumes: {data: {}, unused: {}}
Y

# The normal forms: what changes from moment to moment, and orders that Docker
# Compose leaves to chance.
plain() { cat; }
sorted() { sort; }
aged() { sed -E 's/(About )?(an?|[0-9]+|Less than a) (second|minute|hour|day)s?( ago)?/AGE/g; s/ +/ /g' | sort; }
measured() { sed -E 's/[0-9.]+([kKMGT]i?)?B/SIZE/g; s/[0-9.]+%/PERCENT/g; s/ [0-9]+$/ PIDS/; s/ +/ /g' | sort; }
processes() { sed -E 's/ +/ /g' | awk '{$6 = $7 = ""; print}' | sort; }
fields() { jq -cS 'if type == "array" then sort_by(.ContainerName // .Name) else . end' | labels | aged; }
labels() { jq -cS 'if type == "object" and has("Labels") then .Labels |= (split(",") | sort | join(",")) else . end'; }
happened() { jq -cS 'select(.action | startswith("exec") | not)' | sort; }
said() { grep . | grep -v ' exec_' | sed -E 's/[(),]//g' | while read -r -a words; do printf '%s\n' "${words[@]}" | sort | xargs; done | sort; }
environment() { grep -v '^_=' | sort; }
once() { sort -u; }
keys() { jq -c keys; }
number() { sed -E 's/^(dev|[0-9a-f]{7,40}(-dirty)?|v?[0-9]+\.[0-9.]+.*)$/NUMBER/'; }

failed=0
# compare [-x REASON] [-e] FORM ARGUMENTS...: -x for what is expected to differ, -e
# to leave out the exit code.
compare() {
	local reason='' codes=yes form
	[ "$1" = -x ] && { reason=$2; shift 2; }
	[ "$1" = -e ] && { codes=no; shift; }
	form=$1; shift
	"$peer" -p "$P" -f compose.yaml "$@" >peer.out 2>peer.err </dev/null; echo "exit $?" >peer.code
	"$stack" -p "$P" -f compose.yaml "$@" >stack.out 2>stack.err </dev/null; echo "exit $?" >stack.code
	"$form" <peer.out >peer.norm; "$form" <stack.out >stack.norm
	[ "$codes" = no ] || { cat peer.code >>peer.norm; cat stack.code >>stack.norm; }
	if diff peer.norm stack.norm >difference; then
		[ -z "$reason" ] && { echo "same     $*"; return; }
		echo "NO MORE  $*: was to differ: $reason"
	elif [ -n "$reason" ]; then
		echo "differs  $*: $reason"
		return
	else
		echo "DIFFERS  $*"
		sed 's/^/         /' difference
		sed 's/^/         stack: /' stack.err
	fi
	failed=1
}

"$peer" -p "$P" up -d --quiet-pull >/dev/null 2>&1
"$peer" -p "$P" run -d web sleep 6000 >/dev/null 2>&1

compare plain ls -a --filter "name=$P"
compare plain ls -a --filter "name=$P" --format json
compare plain ls -q --filter "name=$P"
compare plain ls --filter name=absent --format json
compare aged ps
compare aged ps -a
compare aged ps --no-trunc
compare sorted ps -q
compare sorted ps --services
compare aged ps --status exited -a
compare aged ps web
compare aged ps --filter status=running
compare aged ps --orphans=false
compare fields ps -a --format json
compare aged ps --format 'table {{.Name}}\t{{.Ports}}\t{{.Label "tier"}}'
compare aged ps -a --format '{{.Service}} {{.State}} {{.Health}} {{.ExitCode}} {{.Publishers}} {{.Mounts}} {{.Networks}} {{.LocalVolumes}} {{.Size}}'
compare aged ps --format '{{upper .Name}} {{lower .Image}} {{title .Service}} {{pad .State 2 2}}| {{truncate .ID 4 | printf "%.0s"}} {{join (split .Image "y") "-"}} {{json .Names}}{{println}}'
compare aged images
compare -x 'Created is told too' fields images --format json
compare sorted images -q
compare plain volumes
compare labels volumes --format json
compare plain volumes -q db
compare plain volumes --format 'table {{.Name}} {{.Links}}'
compare measured stats --no-stream
compare measured stats --no-stream web
compare measured stats --no-stream -a --no-trunc
compare keys stats --no-stream --format json db
compare sorted stats --no-stream --format '{{.Name}} {{.PIDs}}'
compare processes top
compare processes top db
compare plain port web 80
compare plain port --protocol udp --index 2 web 81
compare plain port web 99
compare plain port --index 9 web 80
now=$(date +%s)
compare -x 'the end of --until is no error' plain events --since 10s --until 9s
compare -e happened events --json --since 10m --until "$now"
compare -e said events --since 10m --until "$now"
compare plain config
for flag in no-interpolate no-normalize no-path-resolution no-consistency no-env-resolution quiet; do
	compare plain config "--$flag"
done
compare plain config web
compare plain --profile more config
compare fields config --no-interpolate --format json
compare fields config --format json
compare sorted config --services
compare sorted config --volumes
compare sorted config --networks
compare -x 'each image once' sorted config --images
compare once config --images
compare sorted config --profiles
compare plain config --hash '*'
compare plain config --variables
compare environment config --environment
compare -x 'another name and number' plain version
compare number version --short
compare keys version --format json
compare -x "a service that is not there is an error" plain top absent
compare -x "a service that is not there is an error" plain stats --no-stream absent
compare plain ps absent
compare -x 'a service that is not there is an error' plain images absent
compare plain volumes absent
exit "$failed"
