#!/usr/bin/env bash
# Runs the obligations of docs/convergence.md that can be seen from outside on
# another tool, and prints what happened: the page's column on Docker Compose.
#
#   scripts/peer-cases.sh /path/to/docker-compose [NUMBER…]
#
# It needs an engine, the images of scripts/images.sh, and bin/stack for 4.

set -uo pipefail
cd "$(dirname "$0")/.."
root=$PWD peer=$(realpath "${1:?usage: $0 /path/to/docker-compose [NUMBER…]}")
shift
dir=$(mktemp -d) base=peer-$$ P=
export COMPOSE_PROGRESS=plain

cleanup() {
	docker ps -aq --filter "name=$base" | xargs -r docker rm -fv
	docker network ls -q --filter "name=$base" | xargs -r docker network rm
	docker volume ls -q --filter "name=$base" | xargs -r docker volume rm
	docker image ls -q "$base*" | xargs -r docker image rm -f
} >/dev/null 2>&1
trap 'cleanup; rm -rf "$dir"' EXIT

# The vocabulary of the cases.
file() { cat >compose.yaml; }
peer() { timeout 90 "$peer" -p "$P" "$@" </dev/null >out 2>&1; }
ends() { if peer "$@"; then echo "exit 0"; else echo "exit $?"; fi; }
state() { docker inspect -f "$2" "$P-$1" 2>/dev/null || echo 'not there'; }
id() { state "$1" '{{.Id}}'; }
began() { state "$1" '{{.State.StartedAt}}'; }
running() { state "$1" '{{.State.Status}}'; }
names() { docker ps -a --filter "label=com.docker.compose.project=$P" --format '{{.Names}}' | sed "s/$P-//" | sort | xargs; }
said() { grep -iE "${1:-error|warn|failed}" out | tail -n 1 | sed "s/$P/P/g" | cut -c1-150; }
same() { if [ "$1" = "$2" ]; then echo "$3"; else echo "$4"; fi; }
web() { printf 'services:\n  web: {image: stack-e2e/dummy%s}\n' "${1:+, $1}" | file; }

case1() {
	file <<-'Y'
		services:
		  a: {image: stack-e2e/dummy}
		  b: {image: stack-e2e/dummy, network_mode: "service:a"}
		  job: {image: stack-e2e/dummy, environment: {EXIT_AFTER: 50ms}}
		  after: {image: stack-e2e/dummy, depends_on: {job: {condition: service_completed_successfully}}}
	Y
	peer up -d; before=$(id a-1)$(id b-1) ran=$(began job-1)
	peer up -d
	echo "containers: $(same "$before" "$(id a-1)$(id b-1)" kept replaced); the finished job: $(same "$ran" "$(began job-1)" 'not run again' 'run again')"
}
case2() {
	web
	peer up -d; peer config --hash web
	same "$(cut -d' ' -f2 out)" "$(state web-1 '{{index .Config.Labels "com.docker.compose.config-hash"}}')" 'the same' 'not the same'
}
case3() {
	web
	echo "$(ends --dry-run up -d); containers: $(names)"
}
case4() {
	web 'environment: {A: b}, scale: 2'
	peer up -d; before=$(id web-1)$(id web-2)
	"$root/bin/stack" -p "$P" up -d >out 2>&1
	echo "made by it, then stack up: $(same "$before" "$(id web-1)$(id web-2)" 'left alone' replaced)"
	"$root/bin/stack" -p "$P" up -d --force-recreate >out 2>&1; before=$(id web-1)$(id web-2)
	peer up -d
	echo "made by stack, then its up: $(same "$before" "$(id web-1)$(id web-2)" 'left alone' replaced)"
}
case5() {
	file <<<'{services: {web: {image: stack-e2e/dummy, configs: [c]}}, configs: {c: {file: ./c}}}'
	echo one >c; peer up -d; before=$(id web-1)
	echo two >c; peer up -d
	echo "another content in the file: $(same "$before" "$(id web-1)" 'not noticed' replaced)"
}
case6() {
	docker tag stack-e2e/dummy "$P-tag"
	file <<<"{services: {web: {image: $P-tag, pull_policy: never}}}"
	peer up -d; before=$(id web-1)
	docker tag nginx:1 "$P-tag"; peer up -d
	echo "another image under the tag: $(same "$before" "$(id web-1)" 'not noticed' replaced)"
}
case7() {
	two() { file <<<"{services: {db: {image: stack-e2e/dummy, environment: {A: $1}}, app: {image: stack-e2e/dummy, depends_on: {db: {condition: service_started, restart: true}}}}}"; }
	two 1; peer up -d; before=$(began app-1)
	two 2; peer up -d
	echo "the dependency replaced: $(same "$before" "$(began app-1)" 'dependent not restarted' 'dependent restarted')"
	two 3; peer up -d db; before=$(began app-1); peer up -d
	echo "replaced by a run that did not come to the dependents: $(same "$before" "$(began app-1)" 'never restarted' 'restarted by the next')"
}
case8() {
	web; peer up -d; web 'environment: {A: b}'
	peer --dry-run up -d
	echo "what it says: $(said Recreate)"
}
case9() {
	for bad in 'runtime: absent' 'entrypoint: /absent'; do
		web; peer up -d --force-recreate; before=$(id web-1)
		web "$bad"
		echo "$bad: $(ends up -d); left: $(names) ($(same "$before" "$(id web-1)" 'the old one' 'another one'), $(running web-1))"
		peer down
	done
}
case11() {
	web; peer up -d
	web 'entrypoint: /absent'
	for _ in 1 2 3; do peer up -d; done
	echo "after three failures: $(names) ($(running web-1))"
}
case12() {
	net() { file <<<"{services: {a: {image: stack-e2e/dummy, networks: {n: {aliases: [other]}}}}, networks: {n: {labels: {tier: \"$1\"}}}}"; }
	net 1; peer up -d; before=$(id a-1)
	net 2
	echo "$(ends up -d), container $(same "$before" "$(id a-1)" kept replaced) and $(running a-1)"
}
case13() {
	web; peer up -d
	docker run -d --name "$P-holder" --network "${P}_default" stack-e2e/dummy >/dev/null
	echo "down: $(ends down), $(said 'active|in use|holder')"
	echo "up after it: $(ends up -d)"
}
case14() {
	vol() { file <<<"{services: {web: {image: stack-e2e/dummy, volumes: [\"data:/data\"]}}, volumes: {data: {labels: {tier: \"$1\"}}}}"; }
	vol 1; peer up -d
	vol 2
	echo "without a terminal: $(ends up -d), volume $(docker volume inspect -f '{{.Labels.tier}}' "${P}_data" | sed 's/1/kept/;s/2/replaced/'); $(said)"
}
case15() {
	docker volume create "${P}_data" >/dev/null
	file <<<'{services: {web: {image: stack-e2e/dummy, volumes: ["data:/data"]}}, volumes: {data: {}}}'
	echo "up: $(ends up -d), $(said)"
	peer down -v
	echo "down -v: $(docker volume inspect "${P}_data" >/dev/null 2>&1 && echo 'volume kept' || echo 'volume removed')"
}
case16() {
	web 'scale: 3'
	timeout 90 "$peer" -p "$P" up -d >first 2>&1 & one=$!
	timeout 90 "$peer" -p "$P" up -d >second 2>&1 & two=$!
	wait $one; a=$?; wait $two; b=$?
	echo "exit $a and $b; containers: $(names)"
}
case17() {
	file <<<'{services: {web: {image: stack-e2e/dummy}, old: {image: stack-e2e/dummy}, off: {image: stack-e2e/dummy, profiles: [x]}}}'
	peer --profile x up -d
	file <<<'{services: {web: {image: stack-e2e/dummy}, off: {image: stack-e2e/dummy, profiles: [x]}}}'
	peer up -d; echo "$(said orphan)"
	peer up -d --remove-orphans; echo "--remove-orphans leaves: $(names)"
}
case18() {
	file <<<'{services: {app: {image: stack-e2e/dummy, depends_on: [db]}, db: {image: stack-e2e/dummy, environment: {STOP_AFTER: 500ms}}}}'
	peer up -d --scale db=3 db
	since=$(date +%s.%N); peer up -d
	docker events --since "$since" --until "$(date +%s.%N)" --filter "label=com.docker.compose.project=$P" --filter event=destroy --filter event=start --format '{{.Action}} {{.Actor.Attributes.name}}' | sed "s/$P-//" | xargs
}
case19() {
	mkdir -p said; chmod 777 said
	hooks() { file <<<"{services: {web: {image: busybox, command: sleep 600, stop_signal: SIGKILL, scale: $1, environment: {A: \"$2\"}, volumes: [\"./said:/said\"], post_start: [{command: [sh, -c, 'echo >> /said/start']}], pre_stop: [{command: [sh, -c, 'echo >> /said/stop']}]}}}"; }
	count() { echo "post_start $(cat said/start 2>/dev/null | wc -l), pre_stop $(cat said/stop 2>/dev/null | wc -l)"; rm -f said/*; }
	hooks 2 a; peer up -d; echo "up of 2: $(count)"
	hooks 2 b; peer up -d; echo "recreate of 2: $(count)"
	hooks 1 b; peer up -d; echo "scale down by 1: $(count)"
	peer down; echo "down of 1: $(count)"
}
case20() {
	file <<<'{services: {job: {image: stack-e2e/dummy, command: [exit, "0"]}, web: {image: stack-e2e/dummy}}}'
	echo "up --wait: $(ends up --wait)"
}
case21() {
	job() { file <<<"{services: {job: {image: stack-e2e/dummy, environment: {EXIT_AFTER: 50ms}, secrets: [s]}, app: {image: stack-e2e/dummy, depends_on: {job: {condition: service_completed_successfully}}}}, secrets: {s: {file: ./s}}}"; }
	job; echo 1 >s; peer up -d; before=$(began job-1)
	peer up -d; echo "the same inputs: $(same "$before" "$(began job-1)" 'not run again' 'run again')"
	before=$(id job-1); echo 2 >s; peer up -d; echo "another secret: $(same "$before" "$(id job-1)" 'not noticed' replaced)"
}
case22() {
	web 'restart: always, command: [exit, "6"]'
	peer up -d; sleep 1
	echo "a loop, up --wait: $(ends up --wait --wait-timeout 30)"
}
case23() {
	file <<<'{services: {app: {image: stack-e2e/dummy, depends_on: {db: {condition: service_healthy}}}, db: {image: stack-e2e/dummy, environment: {EXIT_AFTER: 300ms, EXIT_CODE: "4", READY_AFTER: never}, healthcheck: {test: [CMD, /dummy, health], interval: 60s}}}}'
	SECONDS=0; echo "$(ends up -d) after $SECONDS s; $(said 'dependency|exited')"
}
case24() {
	file <<<'{services: {app: {image: stack-e2e/dummy, depends_on: {job: {condition: service_completed_successfully, required: false}, absent: {condition: service_started, required: false}}}, job: {image: stack-e2e/dummy, command: [exit, "1"]}}}'
	echo "$(ends up -d), app: $(running app-1); $(said 'failed|error|optional')"
	sed -i 's/, absent: {[^}]*}//' compose.yaml
	echo "without the one that is absent: $(ends up -d), app: $(running app-1)"
}
case25() {
	file <<<'{services: {app: {image: stack-e2e/dummy, scale: 0, depends_on: {db: {condition: service_healthy}}}, db: {image: stack-e2e/dummy, scale: 0}}}'
	echo "$(ends up -d); $(said)"
}
case26() {
	file <<<'{services: {app: {image: stack-e2e/dummy, depends_on: [db]}, db: {image: stack-e2e/dummy, environment: {READY_AFTER: 1s}, healthcheck: {test: [CMD, /dummy, health], interval: 2s}}}}'
	echo "up --wait app: $(ends up --wait app), db $(state db-1 '{{.State.Health.Status}}') when it returns"
}
case27() {
	web; echo "down of nothing: $(ends down)"
	web 'env_file: [e]'; touch e; peer up -d; rm e
	echo "down without the env_file: $(ends down)"
	file <<<'{services: {front: {image: stack-e2e/dummy, depends_on: [back]}, slow: {image: stack-e2e/dummy, environment: {STOP_AFTER: 2s}}, back: {image: stack-e2e/dummy}}}'
	peer up -d; since=$(date +%s.%N); peer down
	echo "ended in this order, slow beside them: $(docker events --since "$since" --until "$(date +%s.%N)" --filter "label=com.docker.compose.project=$P" --filter event=die --format '{{.Actor.Attributes.name}}' | sed "s/$P-//" | xargs)"
}
case28() {
	web
	timeout 60 "$peer" -p "$P" up --abort-on-container-exit >up 2>&1 & up=$!
	for _ in $(seq 100); do grep -q started up && break; sleep 0.1; done
	peer run --rm web exit 0; sleep 2
	kill -0 $up 2>/dev/null && echo "goes on, web $(running web-1)" || echo "ended, web $(running web-1)"
	peer down; wait $up
}
case29() {
	file <<<'{services: {db: {image: stack-e2e/dummy}, web: {image: stack-e2e/dummy, env_file: [absent]}}}'
	echo "up db: $(ends up -d db); --scale: $(ends up -d --scale db=2 db); scale: $(ends scale db=1); exec: $(ends exec -T db /dummy env A); logs: $(ends logs db); down: $(ends down)"
	file <<<'{services: {db: {image: stack-e2e/dummy}, web: {image: stack-e2e/dummy, environment: {T: "${T:?must}"}}}}'
	T=1 peer up -d
	echo "with a variable that is required and not set: up db: $(ends up -d db); logs: $(ends logs db); down: $(ends down)"
}
case30() {
	cp -r "$root/project/testdata/diamond/." .
	for _ in $(seq 100); do peer config; sha256sum <out; done | sort -u | wc -l | sed 's/$/ model(s) in a hundred loads/'
}

for n in "${@:-$(seq 30)}"; do for n in $n; do
	declare -F "case$n" >/dev/null || continue
	P=$base-$n
	mkdir -p "$dir/$n" && cd "$dir/$n" || exit
	"case$n" 2>&1 | sed "s/^/$n  /"
	cleanup
done; done
