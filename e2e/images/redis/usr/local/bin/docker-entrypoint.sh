#!/bin/sh
# Starts Redis as the official image does: arguments that are options or a
# configuration file are for redis-server.
set -eu

case ${1-} in
-* | *.conf) set -- redis-server "$@" ;;
esac
if [ "${1-}" != redis-server ]; then exec "$@"; fi
shift
chown redis .
exec su -s /bin/sh -- redis -c 'exec redis-server "$@"' sh --protected-mode no "$@"
