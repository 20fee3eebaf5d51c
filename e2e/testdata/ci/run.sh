#!/bin/sh
# What a CI job does with Docker Compose. COMPOSE is how it is called.
set -eu
export COMPOSE_PROJECT_NAME=$1 COMPOSE_FILE=compose.yaml:compose.ci.yaml

case $($COMPOSE version --short) in
[2-9].*) ;;
*) echo "Docker Compose 2 or newer is needed" >&2; exit 100 ;;
esac
trap '$COMPOSE down --volumes --remove-orphans --timeout 1 >/dev/null 2>&1' EXIT

$COMPOSE config --quiet
$COMPOSE --progress quiet build
$COMPOSE up --detach --wait --wait-timeout 60 --quiet-pull --no-build web
$COMPOSE ps --services --status running
$COMPOSE ps --format json web | /usr/bin/python3 -c 'import json, sys; print(json.loads(sys.stdin.readline())["State"])'
test -n "$($COMPOSE ps -q db)"
$COMPOSE exec -T web /dummy env GREETING
$COMPOSE run --rm -T --no-deps -e GREETING=once web env GREETING
code=0
$COMPOSE exec -T web /dummy exit 7 || code=$?
echo "exec gave $code"
code=0
$COMPOSE up --no-color --abort-on-container-exit --exit-code-from tests tests >output.txt 2>&1 || code=$?
echo "tests gave $code"
grep -c 'tests-1.*| line' output.txt
$COMPOSE logs --no-color --timestamps >logs.txt
docker ps --filter "label=com.docker.compose.project=$1" --filter label=com.docker.compose.service=db --format '{{.Label "com.docker.compose.container-number"}}'
