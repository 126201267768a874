# PPI Engine. `make help` lists the targets; each says after its ## what it does.
# What builds print goes to stderr: stdout belongs to the program that was asked for.

SHELL       := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS   += --no-builtin-rules --no-print-directory
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# One setting for build, tests and linters, so that they share one build cache. Nothing needs cgo.
export CGO_ENABLED := 0

VERSION := $(shell scripts/version)
STEP    := scripts/step

# The Temporal server is rebuilt when something it is made of changes; its 1,800 packages are compiled
# with -trimpath everywhere, since a second set of flags would compile them a second time.
TEMPORAL         := cmd/ppi-temporal
TEMPORAL_SOURCES := $(shell find $(TEMPORAL) -name 'go.*' -o -name '*.go' -not -name '*_test.go')
TEMPORAL_GOFLAGS  = GOFLAGS="$$(go env GOFLAGS) -trimpath"

# What the demo is asked for: make demo PROCEDURE=restricted SEED=2 KEEP=1
DEMO_FLAGS := $(if $(PROCEDURE),--procedure $(PROCEDURE)) $(if $(SEED),--seed $(SEED)) $(if $(KEEP),--keep)

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: setup build ## Play a real joint procurement (PPI4HPC) as a dialogue; PROCEDURE=open|restricted|negotiated|partnership, SEED=2, KEEP=1 stays up
	@bin/ppi demo $(DEMO_FLAGS)

.PHONY: dev
dev: setup build ## Run everything on this machine, with readable logs, until Ctrl-C
	@PPI_LOG_FORMAT=text bin/ppi standalone

.PHONY: migrate
migrate: bin/ppi ## Bring the database at PPI_DATABASE_OWNER_URL to this version's schema
	@bin/ppi migrate

.PHONY: setup
setup: ## Install what is missing (PostgreSQL, from Debian's packages), without a question
	@scripts/setup

.PHONY: build
build: bin/ppi bin/ppi-temporal ## Build both binaries into bin/

# go build knows best whether there is something to do.
.PHONY: bin/ppi
bin/ppi:
	@$(STEP) "building ppi (the first time up to 4 minutes on 2 cores)" \
		go build -buildvcs=false -ldflags '-X main.version=$(VERSION)' -o $@ ./cmd/ppi

bin/ppi-temporal: $(TEMPORAL_SOURCES)
	@$(STEP) "building ppi-temporal (Temporal server; the first time 5 to 10 minutes on 2 cores)" \
		go build -C $(TEMPORAL) -buildvcs=false -trimpath -ldflags '-s -w' -o $(CURDIR)/$@ .

# make lint vets; go test would once more, and with it all packages that ours are made of.
GOTEST := go test -vet=off

.PHONY: test
test: setup build ## Run all tests against a real PostgreSQL and a real Temporal server, and 10 runs of chaos
	@cd $(TEMPORAL) && $(TEMPORAL_GOFLAGS) $(GOTEST) ./...
	@grid=$$(mktemp); status=0; \
		PPI_TEST_GRID=$$grid go run ./internal/teststack -- $(GOTEST) -timeout 30m ./... || status=$$?; \
		cat $$grid; rm -f $$grid; exit $$status
	@$(MAKE) --no-print-directory replay chaos

.PHONY: replay
replay: ## Replay the saved histories against today's workflows, and say which
	@tests=$$(go test -list Replay ./workflows/); grep -q ^Test <<<"$$tests" || { echo "there is nothing to replay" >&2; exit 1; }
	@$(GOTEST) -count=1 -v -run Replay ./workflows/

.PHONY: bench
bench: setup build ## Measure the ratios we hold ourselves to; both sides of each are printed
	@go run ./internal/bench

.PHONY: bench-scale
bench-scale: setup build ## Measure every GET and a vote with 100,000 procurements open against 1,000 (up to an hour, 6 GB of disk)
	@go run ./internal/bench scale

.PHONY: seal-page
seal-page: ## Build bin/ppi-seal.html, by which suppliers seal and openers release on their own machines, and print its SHA-256
	@mkdir -p bin
	@go run ./cmd/ppi-seal-page -o bin/ppi-seal.html

.PHONY: chaos
chaos: setup build ## Kill, freeze and cut off parts while 8 procurements live on; RUNS=200 repeats it, SEED=2 varies it
	@PPI_CHAOS_RUNS=$(or $(RUNS),10) PPI_CHAOS_SEED=$(or $(SEED),1) $(GOTEST) -count=1 -v -timeout 4h \
		-run '^TestNothingIsLostDoubledOrStuckWhateverIsKilled$$' ./cmd/ppi

.PHONY: lint-score
lint-score: ## Measure the neutrality linter by labelled sentences in six languages: precision and recall (docs/linter.md)
	@go run ./internal/bench/lintscore

.PHONY: mutation
mutation: bin/tools/gremlins ## Try whether the tests of rules/ bite (half an hour; docs/mutation.md); PACKAGE=award tries one
	@scripts/mutation $(PACKAGE)

.PHONY: lint
lint: bin/tools/golangci-lint bin/tools/workflowcheck ## Check format, module files, vet, every linter, and that workflows are deterministic
	@$(STEP) "checking gofmt" scripts/check-format
	@for module in . $(TEMPORAL) tools; do $(STEP) "checking $$module/go.mod" go -C $$module mod tidy -diff; done
	@$(STEP) "checking go vet" go vet ./...
	@$(STEP) "checking golangci-lint" bin/tools/golangci-lint run
	@$(STEP) "checking workflows for what cannot be replayed" bin/tools/workflowcheck -config tools/workflowcheck.yaml ./workflows/...
	@cd $(TEMPORAL) && $(TEMPORAL_GOFLAGS) $(CURDIR)/$(STEP) "checking golangci-lint in $(TEMPORAL)" $(CURDIR)/bin/tools/golangci-lint run

.PHONY: format
format: bin/tools/golangci-lint ## Rewrite the sources as lint wants them
	@bin/tools/golangci-lint fmt

bin/tools/golangci-lint: tools/go.mod
	@$(STEP) "building golangci-lint (the first time up to 5 minutes on 2 cores)" \
		go build -C tools -trimpath -o $(CURDIR)/$@ github.com/golangci/golangci-lint/v2/cmd/golangci-lint

bin/tools/workflowcheck: tools/go.mod
	@$(STEP) "building workflowcheck" \
		go build -C tools -trimpath -o $(CURDIR)/$@ go.temporal.io/sdk/contrib/tools/workflowcheck

bin/tools/gremlins: tools/go.mod
	@$(STEP) "building gremlins" \
		go build -C tools -trimpath -o $(CURDIR)/$@ github.com/go-gremlins/gremlins/cmd/gremlins

.PHONY: compose-config
compose-config: ## Check docker-compose.yml, where docker-compose is installed
	@scripts/check-compose

.PHONY: clean
clean: ## Remove what was built; data directories stay
	@rm -rf bin
