# Everything a person or a machine does with this checkout. Nothing needs root.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: help setup setup-dev demo test test-slow lint format bench bench-lake soak wer engines-table samples lock clean

help: ## list what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

setup: $(VENV)/.runtime ## install the pinned dependencies into .venv, and nothing else

setup-dev: $(VENV)/.dev ## install what tests, lint and benchmarks need as well

$(VENV)/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; ok = (3, 11) <= sys.version_info < (3, 14); sys.exit(0 if ok else "callarchive needs Python 3.11 to 3.13; name one: make setup PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.lock pyproject.toml | $(VENV)/pyvenv.cfg
	$(PIP) install --quiet --require-hashes --no-deps -r requirements.lock
	$(PIP) install --quiet --no-build-isolation --no-deps -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	$(PIP) install --quiet --require-hashes --no-deps -r requirements-dev.lock
	@touch $@

demo: setup ## land the bundled sample calls and show what can be asked
	@$(BIN)/callarchive demo

test: setup-dev ## run the test suite, without the slow ones, on up to four cores
	$(BIN)/python -m pytest -m "not slow" -n auto --maxprocesses 4 --dist loadfile

test-slow: setup-dev ## run the slow tests: kill -9 many times, an hour of sound
	$(BIN)/python -m pytest -m slow

lint: setup-dev ## ruff, mypy strict, import-linter, sqlfluff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/sqlfluff lint --disable-progress-bar sql

format: setup-dev ## put code and SQL into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/sqlfluff fix --disable-progress-bar sql

bench: setup-dev ## speed, memory and the cached second run, as ratios from one run
	$(BIN)/python -m tests.bench

bench-lake: setup-dev ## a made lake of 1, 10 and 100 million words, asked by us and by others (half an hour)
	$(BIN)/python -m tests.bench.lake

soak: setup-dev ## 2,000 recordings through two workers and a stand-in engine (minutes on an idle machine); RECORDINGS=200
	$(BIN)/python -m tests.bench.soak --recordings $(or $(RECORDINGS),2000)

wer: setup-dev ## word error rate on calls with references: make wer CALLS=DIR
	$(BIN)/python -m tests.bench.wer $(CALLS)

engines-table: setup ## write what each engine can do into README.md
	@$(BIN)/callarchive engines --markdown > $(VENV)/engines.md
	@awk 'FNR == NR { table = table $$0 "\n"; next } /^<!-- end of engines/ { inside = 0; printf "%s", table } \
		!inside { print } /^<!-- engines/ { inside = 1 }' $(VENV)/engines.md README.md > $(VENV)/readme.md
	@cp $(VENV)/readme.md README.md

samples: setup-dev ## make the sample archive again (needs the voices; see samples/README.md)
	$(BIN)/python samples/generate.py

lock: $(VENV)/pyvenv.cfg ## resolve the dependencies again: names, versions and hashes only
	$(PIP) install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
		--group build -o requirements.lock pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
		--group build --group dev -c requirements.lock -o requirements-dev.lock pyproject.toml

clean: ## remove the environment and caches; the lake stays
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
