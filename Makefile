# Everything here works on a fresh Debian or Ubuntu with Go; `make help` lists it.

SHELL := /bin/bash
# Debian keeps haproxy and docker-registry where only root looks.
export PATH := $(PATH):/usr/local/sbin:/usr/sbin:/sbin

# A revision alone may look like a version number: 15c028f does.
VERSION  ?= $(shell git describe --tags --dirty 2>/dev/null || { r=$$(git describe --always --dirty 2>/dev/null) && echo dev-$$r; } || echo dev)
FUZZTIME ?= 10s
# further flags of go test, as in: make test TESTFLAGS='-run Switch -v'
TESTFLAGS ?=
# arguments of the demo and the benchmark
ARGS ?=

# Prefer the HAProxy image that setup made: it is there without a network.
with_proxy = if [ -z "$$RECIPE_PROXY_IMAGE" ] && docker image inspect recipe/haproxy:local >/dev/null 2>&1; \
	then export RECIPE_PROXY_IMAGE=recipe/haproxy:local; fi;

.PHONY: soak faults e2e conformance build help setup setup-services demo test race check generate fuzz random proof bench clean

build: ## make bin/recipe, one static binary
	CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=$(VERSION)" -o bin/recipe ./cmd/recipe

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install what is missing: a Docker engine, HAProxy, its image
	@.ci/setup

setup-services: ## install the databases and ZooKeeper that the tests of gates start for themselves
	@.ci/setup-services

demo: ## show a deployment under load, on the simulator where there is no engine
	@.ci/setup || true
	@$(with_proxy) go run ./cmd/demo $(ARGS)

test: ## run all tests; those that need an engine are skipped where there is none
	@.ci/setup || true
	@$(with_proxy) go test -count=1 -timeout 14m $(TESTFLAGS) ./...

e2e: ## the zero-loss matrix on a real engine: strategies by ways of ending by kinds of clients; TABLE=README.md writes it there
	@.ci/setup
	@$(with_proxy) table=$$(realpath -m "$(or $(TABLE),bin/matrix.md)"); mkdir -p bin; \
	RECIPE_REQUIRE_ENGINE=1 go test -count=1 -timeout 20m -parallel 4 $(TESTFLAGS) -run 'TestMatrix$$' ./cmd/recipe/e2e -matrix "$$table" && cat "$$table"

conformance: ## hold a program to the specification: RECIPE=PATH, or one that is built here
	@binary="$(abspath $(RECIPE))"; [ -n "$$binary" ] || { binary=$$(mktemp -d)/recipe && \
		CGO_ENABLED=0 go build -ldflags "-X main.version=0.1.0" -o "$$binary" ./cmd/recipe; } || exit 1; \
	RECIPE="$$binary" go test -count=1 -run 'TestBinary$$' ./spec

race: ## run all tests under the race detector
	@.ci/setup || true
	@$(with_proxy) CGO_ENABLED=1 go test -race -count=1 -timeout 14m $(TESTFLAGS) ./...

# Generated files are compared before and after, so that it works in a dirty tree.
files = git ls-files -z --cached --others --exclude-standard | xargs -0 sha256sum 2>/dev/null

check: ## formatting, vet, scripts, go.mod, modules as they were published, known vulnerabilities, generated files
	@for script in .ci/*; do bash -n "$$script" || exit 1; done
	@unformatted=$$(gofmt -l .); [ -z "$$unformatted" ] || { echo "run gofmt -w on:" $$unformatted; exit 1; }
	go vet ./...
	go mod tidy -diff
	go mod verify
	.ci/vulnerabilities
	@before=$$($(files)); go generate ./... || exit 1; \
	diff <(echo "$$before") <($(files)) || { echo "generated files were stale, they are current now: commit them"; exit 1; }

generate: ## rewrite the generated files
	go generate ./...

fuzz: ## run each fuzz target for FUZZTIME (10s)
	@.ci/fuzz $(FUZZTIME)

random: ## run each property test on N (1000) cases that are drawn anew, or those of SEED
	@.ci/random "$(N)" "$(SEED)"

soak: ## N (500) switchovers in a row under load: nothing lost, and nothing more of anything afterwards; half an hour or more
	@.ci/setup
	@$(with_proxy) RECIPE_REQUIRE_ENGINE=1 go test -count=1 -timeout 0 $(TESTFLAGS) -run 'TestSoak$$' -v ./cmd/recipe/e2e -soak "$(or $(N),500)"

faults: ## apply N (2000) random changes on the simulator while calls fail, hang or lie; SEED repeats one
	@seed=$${SEED:-$$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}; echo "make faults SEED=$$seed N=$(or $(N),2000)"; \
	go test -count=1 -timeout 0 $(TESTFLAGS) -run 'TestFaults$$' ./builtins/simulated -v -faults.seed "$$seed" -faults.n "$(or $(N),2000)"

proof: ## try the library, the examples and what init writes with real servers, from Debian's packages; some minutes
	@.ci/setup
	@$(with_proxy) .ci/proof $(TESTFLAGS)

bench: ## measure a deploy beside one by hand, and what is run often; a few minutes
	@.ci/setup || true
	@$(with_proxy) go run ./cmd/bench $(ARGS)

clean: ## remove what was built
	rm -rf bin
