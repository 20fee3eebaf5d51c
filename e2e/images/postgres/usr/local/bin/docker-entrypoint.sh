#!/bin/sh
# Starts PostgreSQL as the official image does: the first time, it makes the
# database that POSTGRES_USER, POSTGRES_PASSWORD and POSTGRES_DB describe.
set -eu

# setting NAME FALLBACK prints $NAME, or what is in the file $NAME_FILE.
setting() {
	eval "value=\${$1-} file=\${$1_FILE-}"
	if [ -n "$file" ]; then value=$(cat "$file"); fi
	echo "${value:-$2}"
}

as_postgres() { su -s /bin/sh -- postgres -c 'exec "$0" "$@"' "$@"; }

first_start() {
	user=$(setting POSTGRES_USER postgres)
	password=$(setting POSTGRES_PASSWORD '')
	database=$(setting POSTGRES_DB "$user")
	if [ -z "$password" ]; then
		echo "Error: Database is uninitialized and superuser password is not specified." >&2
		exit 1
	fi
	echo "$password" >/tmp/password
	chown postgres /tmp/password
	as_postgres initdb --username "$user" --pwfile /tmp/password --encoding UTF8 --no-locale \
		--auth-local trust --auth-host scram-sha-256 --no-sync
	rm /tmp/password
	echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"

	# Only by the socket until it is complete, so that nobody comes too early.
	as_postgres pg_ctl --wait --silent --options "-c listen_addresses=''" start
	if [ "$database" != postgres ]; then
		psql --username "$user" --dbname postgres --quiet --command "CREATE DATABASE \"$database\""
	fi
	for file in /docker-entrypoint-initdb.d/*; do
		case $file in
		*.sh) POSTGRES_USER=$user POSTGRES_DB=$database sh "$file" ;;
		*.sql) psql --username "$user" --dbname "$database" --set ON_ERROR_STOP=1 --quiet --file "$file" ;;
		esac
	done
	as_postgres pg_ctl --wait --silent --mode fast stop
	echo 'PostgreSQL init process complete; ready for start up.'
}

case ${1-} in
-*) set -- postgres "$@" ;;
esac
if [ "${1-}" != postgres ]; then exec "$@"; fi

mkdir -p "$PGDATA" /var/run/postgresql
chown -R postgres "$PGDATA" /var/run/postgresql
chmod 700 "$PGDATA"
if [ ! -s "$PGDATA/PG_VERSION" ]; then first_start; fi
shift
exec su -s /bin/sh -- postgres -c 'exec "$0" "$@"' postgres -c 'listen_addresses=*' -c jit=off "$@"
