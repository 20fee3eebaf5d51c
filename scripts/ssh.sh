#!/usr/bin/env bash
# Gets ssh-agent, which the tests of builds with an agent start, when the
# machine has none.

set -euo pipefail
command -v ssh-agent >/dev/null && exit
apt-get update -qq >&2
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends openssh-client >&2
