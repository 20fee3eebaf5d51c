# The contributor's vocabulary; `make` or `make help` lists it.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
PREFIX  ?= /usr/local
PLUGIN_DIR ?= $(or $(DOCKER_CONFIG),$(HOME)/.docker)/cli-plugins
ROUNDS  ?= 5
CHECKS  ?= 10000
SERVICES ?= 1000
FUZZTIME ?= 30s
ENGINES ?= trixie sid sid+containerd

GOLANGCI_VERSION := v2.15.0
TOOLS    := $(HOME)/.cache/stack/tools/$(GOLANGCI_VERSION)
GOLANGCI := $(TOOLS)/golangci-lint

GOBUILD := CGO_ENABLED=0 go build -trimpath -buildvcs=false
LDFLAGS := -s -w -X main.version=$(VERSION)

.PHONY: build
build: ## compile bin/stack
	$(GOBUILD) -ldflags '$(LDFLAGS)' -o bin/stack ./cmd/stack

.PHONY: install
install: build man ## bin/stack to $(PREFIX)/bin, the manual to $(PREFIX)/share/man; AS=docker-compose links it under that name too
	install -D -m 0755 bin/stack $(DESTDIR)$(PREFIX)/bin/stack
	$(if $(AS),ln -sf stack $(DESTDIR)$(PREFIX)/bin/$(AS))
	install -D -m 0644 -t $(DESTDIR)$(PREFIX)/share/man/man1 bin/man/*.1

.PHONY: install-plugin
install-plugin: build ## as the docker command's plugin, "docker compose", in PLUGIN_DIR=~/.docker/cli-plugins
	install -D -m 0755 bin/stack $(DESTDIR)$(PLUGIN_DIR)/docker-compose

.PHONY: man
man: ## the manual's pages, into bin/man
	go run ./internal/docgen man bin/man

.PHONY: test
test: build examples ## all tests: unit, property, golden, testscript, then e2e on a real engine
	scripts/test.sh unit e2e

.PHONY: unit
unit: ## the tests that need no engine
	scripts/test.sh unit

.PHONY: e2e
e2e: build examples ## drive bin/stack on a real engine (RUN=regexp selects tests)
	scripts/test.sh e2e

.PHONY: e2e-engines
e2e-engines: build examples ## the same on newer engines: ENGINES="trixie sid sid+containerd" (26.1, 28.5)
	scripts/e2e-engines.sh $(ENGINES)

.PHONY: lab-up
lab-up: ## start a Swarm of three nodes beside this machine's engine (LAB_SUITE=bookworm, trixie, sid)
	scripts/lab-swarm.sh up

.PHONY: lab-down
lab-down: ## end it, and remove all that it made
	scripts/lab-swarm.sh down

.PHONY: lint
lint: $(GOLANGCI) ## gofmt, go vet and golangci-lint
	test -z "$$(gofmt -l $$(git ls-files -co --exclude-standard '*.go') | tee /dev/stderr)"
	$(GOLANGCI) run ./...

.PHONY: cross
cross: ## go vet and bin/stack for macOS and Windows: all but what drives an engine on Linux
	for os in darwin windows; do \
		CGO_ENABLED=0 GOOS=$$os go vet $$(go list ./... | grep -v '/e2e'); \
		CGO_ENABLED=0 GOOS=$$os go build -o /dev/null ./cmd/stack; \
	done

$(GOLANGCI):
	GOBIN=$(TOOLS) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)

.PHONY: fmt
fmt: ## format the code
	gofmt -w $$(git ls-files -co --exclude-standard '*.go')

.PHONY: docs
docs: ## write docs/reference from the commands, docs/compose-support.md from the table of fields
	go run ./internal/docgen docs/reference docs/compose-support.md

.PHONY: examples
examples: ## compile the programs of examples/
	for name in $(notdir $(wildcard examples/*/cmd/*)); do \
		$(GOBUILD) -ldflags '-s -w' -o examples/$$name/bin/$$name ./examples/$$name/cmd/$$name; \
	done

.PHONY: demo
demo: build examples ## bring examples/shop up, on an engine found or started here
	scripts/demo.sh

.PHONY: pictures
pictures: build examples ## make docs/pictures anew, of examples/shop on a real engine
	scripts/pictures.sh

.PHONY: compare
compare: build ## what stack prints beside PEER=docker-compose, or Debian's, command by command
	scripts/compare-outputs.sh $(PEER)

.PHONY: bench
bench: build ## medians of stack, PEER=docker-compose and the bare engine calls (ROUNDS=5)
	scripts/bench.sh -rounds $(ROUNDS) $(if $(PEER),-peer $(PEER))

.PHONY: bench-plan
bench-plan: ## how long plans take for a Swarm with 10, 100, 1,000 and 10,000 services
	scripts/bench-plan.sh

.PHONY: scale
scale: ## what grows with services, tasks and nodes, as a table and docs/pictures/scale.svg (SERVICES=1000)
	go test -count=1 -timeout 60m -v -run TestGrowth ./internal/scale -most $(SERVICES) -svg $(CURDIR)/docs/pictures/scale.svg | grep '^|'

.PHONY: soak
soak: ## property tests with CHECKS=10000 cases each
	scripts/soak.sh $(CHECKS)

.PHONY: chaos
chaos: build ## kill and disturb runs at every engine call (SCENARIO=hooks,down CUT=7 select)
	scripts/chaos.sh $(if $(SCENARIO),-scenario $(SCENARIO)) $(if $(CUT),-cut $(CUT))

.PHONY: fuzz
fuzz: ## each fuzz target for FUZZTIME=30s
	scripts/fuzz.sh $(FUZZTIME)

.PHONY: clean
clean: ## remove what was built here
	rm -rf bin examples/*/bin e2e/artefacts

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
