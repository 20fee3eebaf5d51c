#!/usr/bin/env bash
# Harms each engine call of the runs of e2e/chaos/scenarios once, and prints a
# table of failures: kills at every call, and another fault at every call, which
# fault it is taking turns. The arguments are those of e2e/chaos. An engine is
# found or started.

set -euo pipefail
cd "$(dirname "$0")/.."

. scripts/engine.sh
scripts/images.sh dummy busybox >&2
go build -trimpath -o bin/chaos ./e2e/chaos
failed=0
bin/chaos -stack bin/stack -harm kill "$@" || failed=$?
bin/chaos -stack bin/stack -harm 500,hang,break,lose -rotate "$@" || failed=$?
exit $failed
