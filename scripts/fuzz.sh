#!/usr/bin/env bash
# Runs every fuzz target for a while: scripts/fuzz.sh DURATION.
#
# What is found is written to the package's testdata/fuzz, to be kept.

set -euo pipefail
cd "$(dirname "$0")/.."

log=$(mktemp)
trap 'rm -f "$log"' EXIT

# Go before 1.27 may fail a target when its time is over (golang/go#75804):
# that says nothing about the target unless an input was found too.
ended_late() {
	grep -q '^ *context deadline exceeded$' "$log" && ! grep -q 'Failing input written' "$log"
}

fuzz() {
	go test -run '^$' -fuzz "^$2\$" -fuzztime "$3" -fuzzminimizetime 1s -timeout 0 "$1" 2>&1 | tee "$log" || ended_late
}

for package in $(go list -f '{{.ImportPath}} {{.TestGoFiles}} {{.XTestGoFiles}}' ./... | awk '/_test\.go/ { print $1 }'); do
	for target in $(go test -list '^Fuzz' "$package" | grep '^Fuzz' || :); do
		fuzz "$package" "$target" "$1"
	done
done
