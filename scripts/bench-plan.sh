#!/bin/sh
# What it takes to plan for a Swarm of 1,000 nodes with 10 to 10,000 services of ten
# tasks each: everything is new, nothing changed, everything changed, down.
set -eu
cd "$(dirname "$0")/.."
go test ./planner -run '^$' -bench '^BenchmarkSwarmPlan$' -benchtime "${BENCHTIME:-3x}" | awk '
	BEGIN { printf "%-10s %-10s %12s %12s %16s %14s %14s\n", "services", "plan", "ms", "cpu ms", "cpu ns/service", "MiB allocated", "allocations" }
	/^BenchmarkSwarmPlan/ {
		split($1, part, "/"); sub("services=", "", part[2]); sub("-[0-9]+$", "", part[3])
		for (i = 3; i < NF; i += 2) value[$(i + 1)] = $i
		printf "%-10s %-10s %12.1f %12.1f %16.0f %14.1f %14d\n", part[2], part[3], value["ns/op"] / 1e6, value["cpu-ms/op"], value["cpu-ns/service"], value["B/op"] / 1048576, value["allocs/op"]
	}
	/^(FAIL|---)/ { print; failed = 1 }
	END { exit failed }'
