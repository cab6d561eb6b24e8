SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

LISTEN ?= 127.0.0.1:3000
DATA ?= ./data
CYCLES ?= 200
POINTS ?= 100
KILLS ?= 4
SEEDS ?= 500
QUICK ?= 0

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' Makefile

run: build-web ## Build and start Turnout; DEMO=1 fills it, LISTEN=host:port, DATA=folder
	@cargo build --release --package turnout-server
	@exec target/release/turnout serve --data "$(DATA)" --listen "$(LISTEN)" $(if $(filter-out 0,$(DEMO)),--demo)

test: ## Run all tests, a quarter of an hour when nothing is built yet
	@scripts/test.sh

test-rust: setup-build ## Run the Rust tests, without the DynamoDB server's
	@scripts/rust.sh test

test-dynamodb: setup-build ## Run the store's conformance suite against a DynamoDB server
	@scripts/rust.sh conformance

test-crash: setup-build ## Kill a process that sells, CYCLES times, and look for what it was answered for
	@scripts/crash.sh kill "$(CYCLES)"

test-stripe: setup-build ## Sell through a stand-in for Stripe, killing the server KILLS times in between
	@scripts/rust.sh build
	@KILLS="$(KILLS)" scripts/stripe.sh

test-power-loss: setup-build ## Let the power go at POINTS moments, and look whether what was synced is enough
	@scripts/crash.sh power-loss "$(POINTS)"

test-histories: build ## Let SEEDS crowds act at random on each shape, with faults and kills, and check all they were told
	@scripts/setup.sh test
	@AT_ONCE=12 scripts/histories.sh embedded "$(SEEDS)"
	@AT_ONCE=12 scripts/histories.sh split "$(SEEDS)"

test-fuzz: build ## Let a client that reads the API document send what it likes, to each shape
	@scripts/setup.sh test deploy
	@scripts/fuzz.sh embedded 30
	@scripts/fuzz.sh split 10

test-cluster: build ## Kill, freeze and restart two processes of every role in turn, under load
	@scripts/setup.sh test
	@scripts/test-cluster.sh

test-web: setup-build ## Run the web app's unit tests
	@scripts/web.sh install test

test-e2e: build ## Run the browser's journeys against one process, then against five roles
	@scripts/setup.sh test
	@scripts/e2e.sh embedded
	@scripts/e2e.sh split

bench: build-web ## Measure the store, write units and sales over HTTP; QUICK=1 measures less
	@QUICK="$(QUICK)" scripts/bench.sh

check: ## Check formatting, lints, tidiness, types, and that generated files are up to date
	@scripts/check.sh

check-deploy: build ## Check manifests, templates, Dockerfile and compose file, and try the stacks on an emulator
	@scripts/check-deploy.sh

test-docker: setup-build ## Build the image and try compose.yaml with it; ENGINE=debian installs and starts an engine
	@scripts/test-docker.sh $(ENGINE)

audit: setup-build ## Check licences, sources and known weaknesses of what we use; asks the registries
	@scripts/audit.sh

generate: setup-build ## Write the API document and the client made from it
	@scripts/generate.sh

build: build-web ## Build the web app, the server with every feature, and the DynamoDB server for tests
	@scripts/rust.sh build
	@scripts/rust.sh build-conformance

build-web: setup-build
	@scripts/web.sh build-if-older

setup-build:
	@scripts/setup.sh build npm

clean: ## Remove what was built and fetched; data stays
	rm -rf target web/dist web/node_modules web/test-results web/playwright-report .tools

.PHONY: help run test test-rust test-dynamodb test-crash test-stripe test-power-loss test-histories test-fuzz test-web test-e2e bench check check-deploy test-docker audit generate build build-web setup-build clean
