# `make run` and `make test` each do all their set-up. Needs Python 3.11 or later, nothing else.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/pip install --quiet --constraint constraints.txt
# PyTorch for CPUs: plain PyPI would bring gigabytes of GPU libraries on Linux.
TORCH := torch==2.13.0
TORCH_INDEX ?= https://download.pytorch.org/whl/cpu

.PHONY: run install test check docs lock

run: install
	$(BIN)/ragapp serve --first-run

install: .venv/installed

test: .venv/installed-dev
	sh tests/find-programs.sh
	$(BIN)/ragapp models fetch
	$(BIN)/python -m pytest

check: .venv/installed-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MAKE) test

# The pages that are made from the program itself.
docs: .venv/installed-dev
	$(BIN)/python docs/generate.py

# Pins what is installed now: run the tests on it first.
lock: .venv/installed-dev
	$(BIN)/pip freeze --exclude-editable | grep -v '^torch==' > constraints.txt

.venv/installed: pyproject.toml constraints.txt
	@echo "Installing ragapp into .venv (a minute or two) …"
	$(PYTHON) -m venv .venv
	$(PIP) --upgrade pip
	$(BIN)/pip install --quiet $(TORCH)+cpu 2>/dev/null \
	  || $(BIN)/pip install --quiet --retries 1 --index-url $(TORCH_INDEX) $(TORCH) \
	  || $(BIN)/pip install --quiet $(TORCH)
	$(PIP) --editable .
	@touch $@

.venv/installed-dev: .venv/installed
	$(PIP) --editable '.[dev]'
	@touch $@
