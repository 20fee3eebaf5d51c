#!/usr/bin/env bash
# Measures bin/stack beside a peer and the bare engine calls; the arguments are
# those of e2e/bench. An engine is found or started.

set -euo pipefail
cd "$(dirname "$0")/.."

. scripts/engine.sh
scripts/images.sh dummy >&2
CGO_ENABLED=0 go build -trimpath -o bin/bench ./e2e/bench
exec bin/bench -stack bin/stack "$@"
