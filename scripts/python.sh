#!/usr/bin/env bash
# Gets python3 with its package docker, for the tests of scripts that call us or
# read our labels, when the machine has none.

set -euo pipefail
/usr/bin/python3 -c 'import docker' 2>/dev/null && exit
apt-get update -qq >&2
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3 python3-docker >&2
