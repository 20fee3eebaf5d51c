#!/usr/bin/env bash
# Runs tests and counts them: scripts/test.sh [unit] [e2e].
#
# The e2e tests drive bin/stack on a real engine, which is found or started.
# RUN selects tests by a regular expression.

set -euo pipefail
cd "$(dirname "$0")/.."

# What needs an engine: the conformance of engine/docker and engine/swarm, and e2e.
engine='/(e2e|engine/docker|engine/swarm)(/|$)'

unit() {
	local packages
	packages=$(go list ./... | grep -vE "$engine")
	# shellcheck disable=SC2086
	go test -json -race -shuffle=on -timeout 15m -run "${RUN-}" $packages
}

# swarm starts the Swarm of the tests, unless STACK_TEST_SWARM names one, and
# ends the one that it started when this script ends.
swarm() {
	local lab
	[ -z "${STACK_TEST_SWARM-}" ] || return 0
	scripts/lab-swarm.sh runs || trap 'scripts/lab-swarm.sh down' EXIT
	if ! lab=$(scripts/lab-swarm.sh up); then
		printf '\n==> NO SWARM: the tests that need one DO NOT RUN.\n' >&2
		export STACK_TEST_SWARM=none
		return
	fi
	eval "$lab"
	scripts/lab-swarm.sh load busybox stack-e2e/dummy
}

e2e() {
	local failed=0
	. scripts/engine.sh
	scripts/images.sh >&2
	scripts/ssh.sh
	scripts/python.sh
	STACK_PEER=$(scripts/peer.sh) ||
		printf '\n==> NO DOCKER COMPOSE: projects are handed over from stack to stack alone.\n' >&2
	export STACK_PEER
	go test -json -race -count=1 -shuffle=on -timeout 10m -run "${RUN-}" ./engine/docker || failed=$?
	# shellcheck disable=SC2046
	go test -json -count=1 -shuffle=on -parallel 4 -timeout 25m -run "${RUN-}" $(go list ./e2e/... | grep -v '/e2e/swarm$') || failed=$?
	swarm # its engines are busy even with nothing to do
	go test -json -race -count=1 -shuffle=on -timeout 10m -run "${RUN-}" ./engine/swarm || failed=$?
	go test -json -count=1 -shuffle=on -parallel 4 -timeout 15m -run "${RUN-}" ./e2e/swarm || failed=$? # alone: it cuts nodes off
	return $failed
}

for suite; do
	case $suite in unit | e2e) ;; *) echo "usage: $0 [unit] [e2e]" >&2 && exit 2 ;; esac
done
go build -o bin/testsum ./internal/testsum
{
	for suite; do "$suite"; done
} | bin/testsum
