#!/usr/bin/env bash
# Runs the end-to-end tests on other engines than this machine's:
#
#   scripts/e2e-engines.sh LEG...    LEG is a SUITE[+containerd] of scripts/lab-engine.sh
#
# Every leg runs, whichever fails. RUN selects tests by a regular expression.

set -euo pipefail
cd "$(dirname "$0")/.."

# An engine there reaches no registry, no mirror and no proxy.
go list -deps -test ./... >/dev/null
scripts/images.sh fetch >&2
scripts/registry.sh fetch >&2
scripts/ssh.sh
scripts/python.sh

failed=()
for leg; do
	printf '\n==> e2e on the engine of %s\n' "$leg"
	LAB_SUITE=${leg%+containerd} scripts/lab-engine.sh "$leg" scripts/test.sh e2e || failed+=("$leg")
done
if [ ${#failed[@]} -gt 0 ]; then
	printf '\n==> e2e FAILED on the engine of: %s\n' "${failed[*]}" >&2
	exit 1
fi
