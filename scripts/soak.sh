#!/usr/bin/env bash
# Runs every property test with many cases: scripts/soak.sh CASES.
# RUN selects tests by a regular expression.

set -euo pipefail
cd "$(dirname "$0")/.."

packages=$(go list -f '{{.ImportPath}} {{.TestImports}} {{.XTestImports}}' ./... | awk '/pgregory\.net\/rapid/ { print $1 }')
# shellcheck disable=SC2086
exec go test -count=1 -timeout 0 -run "${RUN-}" $packages -rapid.checks="$1"
