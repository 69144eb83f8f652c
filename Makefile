# `make` alone tells what there is.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.from-lock

.DEFAULT_GOAL := help
.PHONY: help run test check bench format lock clean

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
	@exec $(BIN)/portal-gateway demo

test: $(READY) ## the whole test suite, who may see what first; REQUIRE_ALL=1 makes a skip a failure
	$(BIN)/pytest tests/authz
	$(BIN)/pytest -m "not authz and not processes"
	$(BIN)/pytest -m processes || { \
	  echo "Tests of real processes failed on this machine: they are asked once more."; \
	  $(BIN)/pytest -m processes --last-failed; }

check: $(READY) ## format, lint, types, import contracts, printed SDL, wheel contents
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/portal-gateway schema --check schema/schema.graphql
	$(BIN)/python tests/check_wheel.py

bench: $(READY) ## the benchmarks of tests/bench/, as a table
	$(BIN)/python -m tests.bench

format: $(READY) ## put the code into its format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: ## resolve the dependencies anew, with hashes and no index address
	$(PYTHON) -m venv $(VENV)-lock
	$(VENV)-lock/bin/pip install --quiet uv
	for of in run dev; do \
	  $(VENV)-lock/bin/uv pip compile pyproject.toml $$( [ $$of = dev ] && echo --group dev ) --quiet --universal \
	    --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
	    --output-file requirements/$$of.txt || exit 1; \
	done
	rm -rf $(VENV)-lock

clean: ## remove what was made
	rm -rf $(VENV) $(VENV)-lock dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
