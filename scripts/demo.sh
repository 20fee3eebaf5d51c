#!/usr/bin/env bash
# Brings examples/shop up with bin/stack, on an engine that is found or started
# here, and shows that its page answers.

set -euo pipefail
cd "$(dirname "$0")/.."

. scripts/engine.sh
port=${SHOP_PORT:-8080}
stack=(bin/stack -f examples/shop/compose.yaml)

# request METHOD PATH prints what the page's server answers.
request() {
	exec 3<>"/dev/tcp/127.0.0.1/$port" || return 1
	printf '%s %s HTTP/1.0\r\nContent-Length: 0\r\n\r\n' "$1" "$2" >&3
	cat <&3
	exec 3>&-
}

show() { printf '\n$ %s\n' "${*/#bin\/stack/stack}"; "$@"; }

show "${stack[@]}" plan
show "${stack[@]}" up -d
for ((try = 0; try < 50; try++)); do
	if [ -n "$(request GET / 2>/dev/null)" ]; then break; fi # it was started, and listens soon
	sleep 0.1
done
for _ in 1 2 3; do request POST /orders >/dev/null; done
for ((try = 0; try < 50; try++)); do
	page=$(request GET /)
	packed=$(sed -n 's/.*<b>\([0-9]*\)<.b> orders placed, <b>\([0-9]*\)<.b> packed.*/\1 orders placed, \2 packed/p' <<<"$page")
	if [ -n "$packed" ] && [ "${packed%% *}" = "$(awk '{ print $4 }' <<<"$packed")" ]; then break; fi
	sleep 0.1
done
if [ "$try" = 50 ]; then
	echo "$page" >&2
	echo "demo: http://127.0.0.1:$port does not show the orders" >&2
	exit 1
fi
printf '\nhttp://127.0.0.1:%s answers: %s\n' "$port" "$packed"
show "${stack[@]}" ps
cat <<EOT

Next:
  open http://127.0.0.1:$port
  ${stack[*]} logs -f worker
  ${stack[*]} up -d          # nothing to do: nothing is done
  ${stack[*]} down -v        # removes all of it
EOT
if [ "$DOCKER_HOST" != unix:///var/run/docker.sock ]; then echo "  (with DOCKER_HOST=$DOCKER_HOST)"; fi
