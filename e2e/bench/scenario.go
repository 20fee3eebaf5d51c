package main

import (
	"bytes"
	"fmt"
	"strconv"
	"time"
)

// step is one command of the three contenders.
type step string

const (
	up      step = "up -d"
	again   step = "up -d, unchanged"
	ps      step = "ps"
	logs    step = "logs"
	execute step = "exec -T s000 /dummy env A"
	oneOff  step = "run --rm -T s000 env A"
	down    step = "down"
	config  step = "config"
	version step = "version"
)

// scenario is a project, and what is done with it.
type scenario struct {
	name     string
	services []service
	steps    []step
}

// service is one service of image dummy.
type service struct {
	name       string
	after      string        // waits for this one to be healthy
	interval   time.Duration // of its healthcheck, which it has unless this is 0
	readyAfter time.Duration
	lines      int // that it prints, and then ends; none is a service that stays
}

const image = "stack-e2e/dummy"

func scenarios() []scenario {
	life := []step{up, again, ps, down}
	tiers := chain(3, 10*time.Second, time.Second)
	return []scenario{
		{"flat 40", flat(40), life},
		{"flat 100", flat(100), life},
		{"chain 10, 1 s interval", chain(10, time.Second, 0), life},
		{"3 tiers, 10 s interval", tiers, life},
		{"300,000 lines", []service{{name: "s000", lines: 300_000}}, []step{up, logs, down}},
		{"4 times 50,000 lines", printers(4, 50_000), []step{up, logs, down}},
		{"one command", flat(1), []step{up, execute, oneOff, down}},
		{"chain 100", chain(100, time.Second, 0), []step{config}},
		{"chain 1000", chain(1000, time.Second, 0), []step{config}},
		{"no project", nil, []step{version}},
	}
}

func flat(n int) []service {
	services := make([]service, n)
	for i := range services {
		services[i] = service{name: fmt.Sprintf("s%03d", i)}
	}
	return services
}

// printers are services that each print that many lines.
func printers(n, lines int) []service {
	services := flat(n)
	for i := range services {
		services[i].lines = lines
	}
	return services
}

// chain is services that each wait for the one before to be healthy.
func chain(n int, interval, readyAfter time.Duration) []service {
	services := flat(n)
	for i := range services {
		services[i].interval, services[i].readyAfter = interval, readyAfter
		if i > 0 {
			services[i].after = services[i-1].name
		}
	}
	return services
}

// project is a scenario in the hands of one contender.
type project struct {
	name     string
	file     string
	services []service
}

// container is what the one container of a service is called.
func (p project) container(s service) string { return p.name + "-" + s.name + "-1" }

func (p project) compose() []byte {
	var out bytes.Buffer
	fmt.Fprintln(&out, "services:")
	for _, s := range p.services {
		fmt.Fprintf(&out, "  %s:\n    image: %s\n", s.name, image)
		if s.lines > 0 {
			fmt.Fprintf(&out, "    command: [lines, %q]\n", strconv.Itoa(s.lines))
		}
		if s.readyAfter > 0 {
			fmt.Fprintf(&out, "    environment: {READY_AFTER: %s}\n", s.readyAfter)
		}
		if s.interval > 0 {
			fmt.Fprintf(&out, "    healthcheck: {test: [CMD, /dummy, health], interval: %s, retries: 30}\n", s.interval)
		}
		if s.after != "" {
			fmt.Fprintf(&out, "    depends_on: {%s: {condition: service_healthy}}\n", s.after)
		}
	}
	return out.Bytes()
}
