# `make` alone tells what there is.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.from-lock
CONSOLE := gateway/console
EXAMPLE := docs/examples/portal
AUDITS := tests/audits
PEERS := tests/bench/peers
PLAIN := tests/authz tests/screens tests/paying
# About half of the suite by the time it takes; the other half is all the rest.
HALF := $(addprefix tests/,cache ledger paying payments screens subscriptions)
ONE_PROCESS := not authz and not processes
# Two parts at a time, what each says told whole once it is over; where make is too old, in turn.
SIDE_BY_SIDE := $(if $(filter output-sync,$(.FEATURES)),--jobs=2 --output-sync=target)
HAS_NODE := command -v npm >/dev/null && node -e 'process.exit(Number(parseInt(process.versions.node) < 20))'

.DEFAULT_GOAL := help
.PHONY: help run console example audits peers docs test half rest plain check fuzz mutants bench format lock clean

help: ## what there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

$(READY): requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
	  || { echo "portal-gateway needs Python 3.11, 3.12 or 3.13; say which with PYTHON=python3.12 make run"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --require-hashes --requirement requirements/dev.txt
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

run: $(READY) ## the demo: a sandbox ServiceTitan on :8010 and the gateway on :8000
	@if $(HAS_NODE); then $(MAKE) --no-print-directory console \
	  || echo "The console could not be built: what is above says why. The demo starts all the same."; \
	else echo "The console is not built: npm with Node 20 or later is not here."; fi
	@exec $(BIN)/portal-gateway demo

console: ## build the staff's console, with npm and Node 20 or later
	@$(HAS_NODE) || { echo "The console is built with npm and Node 20 or later: install them."; exit 1; }
	@$(MAKE) --no-print-directory $(CONSOLE)/built/manifest.json

$(CONSOLE)/node_modules/.from-lock: $(addprefix $(CONSOLE)/,package.json package-lock.json .npmrc)
	cd $(CONSOLE) && npm ci --no-progress
	@touch $@

$(CONSOLE)/built/manifest.json: $(CONSOLE)/node_modules/.from-lock $(CONSOLE)/tsconfig.json \
    $(wildcard $(addprefix $(CONSOLE)/,*.mjs src/* src/styles/*) docs/screens/*.md docs/screens/staff/*.md)
	cd $(CONSOLE) && npm run --silent build

example: ## build the example front end, with npm and Node 20 or later
	@$(HAS_NODE) || { echo "The example is built with npm and Node 20 or later: install them."; exit 1; }
	@$(MAKE) --no-print-directory $(EXAMPLE)/built/index.html

$(EXAMPLE)/node_modules/.from-lock: $(addprefix $(EXAMPLE)/,package.json package-lock.json .npmrc)
	cd $(EXAMPLE) && npm ci --no-progress
	@touch $@

$(EXAMPLE)/built/index.html: $(EXAMPLE)/node_modules/.from-lock $(EXAMPLE)/tsconfig.json \
    $(wildcard $(addprefix $(EXAMPLE)/,*.mjs public/* src/*.ts* src/styles.css src/paying/* src/screens/* src/operations/*)) \
    schema/schema.graphql
	cd $(EXAMPLE) && npm run --silent build
	@touch $@

audits: ## get the public audits of GraphQL over HTTP, with npm and Node 20 or later
	@$(HAS_NODE) || { echo "The audits are run with npm and Node 20 or later: install them."; exit 1; }
	@$(MAKE) --no-print-directory $(AUDITS)/node_modules/.from-lock

$(AUDITS)/node_modules/.from-lock: $(addprefix $(AUDITS)/,package.json package-lock.json .npmrc)
	cd $(AUDITS) && npm ci --no-progress
	@touch $@

peers: ## get other gateways to be measured beside, with npm and Node 20 or later
	@$(HAS_NODE) || { echo "Other gateways are run with npm and Node 20 or later: install them."; exit 1; }
	@$(MAKE) --no-print-directory $(PEERS)/node_modules/.from-lock

$(PEERS)/node_modules/.from-lock: $(addprefix $(PEERS)/,package.json package-lock.json .npmrc)
	cd $(PEERS) && npm ci --no-progress
	@touch $@

test: $(READY) ## the whole test suite, who may see what first; REQUIRE_ALL=1 makes a skip a failure
	$(BIN)/pytest tests/authz
	@$(MAKE) --no-print-directory $(SIDE_BY_SIDE) half rest
	$(BIN)/pytest -m processes || { \
	  echo "Tests of real processes failed on this machine: they are asked once more."; \
	  $(BIN)/pytest -m processes --last-failed; }

half: $(READY)
	$(BIN)/pytest -m "$(ONE_PROCESS)" $(HALF)

rest: $(READY)
	$(BIN)/pytest -m "$(ONE_PROCESS)" $(addprefix --ignore=,$(HALF))

plain: $(READY) ## the tests of rights, screens and paying by graphql-core, each answer anew; PLAIN=tests for all
	@$(MAKE) --no-print-directory $(SIDE_BY_SIDE) $(addprefix plain/,$(PLAIN))

plain/%: $(READY)
	COMPILED=0 KEPT=0 $(BIN)/pytest $*

check: $(READY) ## format, lint, types, import contracts, printed SDL, wheel contents
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/portal-gateway schema --check schema/schema.graphql
	$(BIN)/python tests/check_wheel.py

fuzz: $(READY) ## the state machines and random documents at length: an hour or so, at low priority
	LONG_RUNS=1 nice $(BIN)/pytest --timeout=0 $(wildcard tests/*/test_*machine.py) tests/fuzz tests/plans

mutants: $(READY) ## small changes that a test should notice; GROUPS="access money" for some of them
	nice -n 15 $(BIN)/python -m tests.mutants $(GROUPS)

bench: $(READY) ## the benchmarks of tests/bench/ as a table, then payments at length, for an hour
	$(BIN)/python -m tests.bench
	@if $(HAS_NODE); then $(MAKE) --no-print-directory peers && $(BIN)/python -m tests.bench.peers; \
	else echo "Other gateways are not measured beside: npm with Node 20 or later is not here."; fi
	@echo "The machine of payments at ten times its length: 500 stories each, and 5000 on PostgreSQL."
	LONG_RUNS=1 nice $(BIN)/pytest --timeout=0 -o console_output_style=count tests/payments/test_machine.py

docs: $(READY) ## the documentation as a site, in site/
	$(BIN)/zensical build --strict --clean

format: $(READY) ## put the code into its format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: ## resolve the dependencies anew, with hashes and no index address
	$(PYTHON) -m venv $(VENV)-lock
	$(VENV)-lock/bin/pip install --quiet uv
	for of in run dev; do \
	  $(VENV)-lock/bin/uv pip compile pyproject.toml $$( [ $$of = dev ] && echo --group dev || echo --extra otel ) --quiet --universal \
	    --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
	    --output-file requirements/$$of.txt || exit 1; \
	done
	rm -rf $(VENV)-lock

clean: ## remove what was made
	rm -rf $(CONSOLE)/node_modules $(CONSOLE)/built $(CONSOLE)/built.new
	rm -rf $(AUDITS)/node_modules $(PEERS)/node_modules
	rm -rf $(EXAMPLE)/node_modules $(EXAMPLE)/built $(EXAMPLE)/src/graph
	rm -rf $(VENV) $(VENV)-lock dist site .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis
