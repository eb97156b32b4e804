# The two that matter: `make demo` shows the hub at work, `make test` proves it. `make help` lists the rest.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
# The tests start hundreds of processes: each would compile all that it imports.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HUB := $(BIN)/hub
PYTEST := $(BIN)/pytest
CODE := hub adapters tests
RUNTIME := $(VENV)/.runtime
DEV := $(VENV)/.dev
# A checkout set up for development has all that the demo needs.
READY = $(if $(wildcard $(DEV)),$(DEV),$(RUNTIME))
ELSEWHERE := --ignore=tests/unit --ignore=tests/benchmarks -m 'not soak and not faults'
# Each worker has servers of its own; a test waits for a good part of its time.
WORKERS ?= 3
SHARED_OUT = -q -n $(WORKERS) --dist worksteal

.PHONY: help setup demo test lint format prove soak faults bench servers coverage docker-check requirements clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(DEV) ## make .venv with all that development and tests need; does nothing when up to date

demo: $(READY) ## the hub at work: sample POs from receipt to shipment (options: make demo ARGS="--seed 7")
	@$(HUB) demo $(ARGS)

test: setup ## lint, then every test (RabbitMQ, PostgreSQL and Dovecot are found, or installed)
	@$(BIN)/python tests/support/provision.py
	@$(MAKE) lint
	@echo "== unit tests"
	@$(PYTEST) tests/unit -m 'not soak and not faults' $(SHARED_OUT) $(COVER)
	@echo "== contract, integration and simulation tests"
	@$(PYTEST) tests $(ELSEWHERE) $(SHARED_OUT) $(COVER)

lint: setup ## style, types, import rules, and whether schemas and docs follow the code
	@echo "== lint"
	@$(BIN)/ruff check --quiet --output-format=concise $(CODE)
	@$(BIN)/ruff format --quiet --check $(CODE)
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-cache > $(VENV)/lint-imports.log || { cat $(VENV)/lint-imports.log; exit 1; }
	@$(HUB) schemas check
	@$(HUB) docs --check

format: setup ## put the code into its form
	@$(BIN)/ruff check --quiet --fix-only $(CODE)
	@$(BIN)/ruff format $(CODE)

prove: setup ## a hub is killed twice among 100 orders; the books of two witnesses have to agree
	@$(BIN)/python -m hub.simulation.prove $(ARGS)

soak: setup ## the tests that take minutes
	@$(BIN)/python tests/support/provision.py
	@$(PYTEST) tests -m soak $(ARGS)

faults: setup ## the tests that kill servers and hubs, and cut connections
	@$(BIN)/python tests/support/provision.py
	@$(PYTEST) tests -m faults $(ARGS)

bench: setup ## throughput and latency on this machine
	@$(HUB) bench $(ARGS)

servers: setup ## a RabbitMQ and a PostgreSQL to try things on, until ^C
	@$(BIN)/python tests/support/provision.py
	@$(BIN)/python -m tests.support.servers $(ARGS)

coverage: setup ## every test again while its lines are watched (half as long again), then what none has run, by module
	@rm -f .coverage .coverage.*
	@$(MAKE) test COVER='--cov --cov-append --cov-report='
	@$(BIN)/coverage report --skip-covered --skip-empty --show-missing

docker-check: setup ## docker-compose.yml and Dockerfile, as far as they can be tried without an engine
	@$(BIN)/python -m tests.support.docker_check

requirements: $(VENV)/.uv ## pin what pyproject.toml asks for; make requirements UPGRADE=1 takes the newest of all
	@pin() { $(BIN)/uv pip compile --quiet $(if $(UPGRADE),--upgrade) --universal --python-version 3.11 --generate-hashes --no-header \
	--no-annotate --no-emit-index-url --no-emit-find-links "$$@" > /dev/null; }; \
	pin -o requirements/uv.txt - <<< uv; \
	pin -o requirements/runtime.txt pyproject.toml - <<< 'setuptools>=77'; \
	pin -o requirements/dev.txt pyproject.toml --group dev - <<< 'setuptools>=77'
	@grep -ch '==' requirements/*.txt | paste -sd' ' | sed 's/^/pinned (dev runtime uv): /'

clean: ## remove what was made here: .venv, caches, coverage
	@rm -rf $(VENV) .coverage .coverage.* htmlcov build *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
	@find $(CODE) -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps: each stands for an installed set of packages, and is older than what it was made from when that changes.
$(VENV)/.uv: requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null || { \
	echo "The hub needs Python 3.11 or newer: make setup PYTHON=python3.13 (or whichever you have)." >&2; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV) > /dev/null || { \
	echo "'$(PYTHON) -m venv' does not work here (on Debian and Ubuntu: apt install python3-venv)." >&2; exit 1; }
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

# uv is quick; where it can't reach what pip's own configuration names, pip does the same more slowly.
INSTALL = install() { $(BIN)/uv pip "$$@" --quiet --python $(BIN)/python 2> $(VENV)/uv.log || \
	$(BIN)/python -m pip --disable-pip-version-check -qq "$$@" || { cat $(VENV)/uv.log >&2; return 1; }; }; \
	echo "Setting up $(VENV) ..."; \
	install install --require-hashes -r $<; \
	install install --no-deps --no-build-isolation --editable .; \
	test -x $(HUB); touch $@

$(RUNTIME): requirements/runtime.txt pyproject.toml $(VENV)/.uv
	@$(INSTALL)

$(DEV): requirements/dev.txt pyproject.toml $(VENV)/.uv
	@$(INSTALL)
