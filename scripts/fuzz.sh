#!/usr/bin/env bash
# Runs every fuzz target for a while: scripts/fuzz.sh DURATION.

set -euo pipefail
cd "$(dirname "$0")/.."

for package in $(go list -f '{{.ImportPath}} {{.TestGoFiles}} {{.XTestGoFiles}}' ./... | awk '/_test\.go/ { print $1 }'); do
	for target in $(go test -list '^Fuzz' "$package" | grep '^Fuzz' || :); do
		go test -run '^$' -fuzz "^$target\$" -fuzztime "$1" -fuzzminimizetime 1s "$package"
	done
done
