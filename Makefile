# `make run` and `make test` need nothing but Debian 12, Python 3.11 and make: they set up the rest.

PYTHON := $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin

# In CI what cannot be installed or run is a failure; elsewhere it is a loud notice.
UNLESS_CI := || [ -z "$$CI" ]

.PHONY: run test lint bench docs machine clients clean

# A gateway on 127.0.0.1:2376 before the engine that is found, and the lines to paste.
run: $(VENV)/.run
	$(BIN)/docker-gateway demo

# Everything: the machine, the clients, the linters, all tests, their coverage.
test: machine lint clients
	rm -f .coverage .coverage.*
	$(BIN)/coverage run -m pytest -o faulthandler_timeout=240 $(TESTS)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report --fail-under=95

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Speed and memory beside HAProxy, nginx and Envoy; writes docs/performance.md.
bench: $(VENV)/.bench
	$(PYTHON) tests/support/machine.py bench
	$(BIN)/python tests/bench

# The pages that the program writes about itself; the tests fail when they are not current.
docs: $(VENV)/.test
	$(BIN)/python -m gateway.config.page
	$(BIN)/python -m gateway.versions.compatibility

machine:
	$(PYTHON) tests/support/machine.py test $(UNLESS_CI)

clients: machine $(VENV)/.test
	$(BIN)/python tests/support/clients.py $(UNLESS_CI)

# Debian packs the half of venv that matters apart.
$(BIN)/python:
	$(PYTHON) -m venv $(VENV) || \
		{ $(PYTHON) tests/support/machine.py venv && $(PYTHON) -m venv --clear $(VENV); }

$(VENV)/.run: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

$(VENV)/.test: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[test]"
	touch $@

$(VENV)/.bench: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[test,bench]"
	touch $@

clean:
	rm -rf $(VENV) .cache .coverage .coverage.* .mypy_cache .ruff_cache .hypothesis build dist
