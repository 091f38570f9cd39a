# `make run` and `make test` each do all their set-up. Needs Python 3.11 or later, nothing else.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/pip install --quiet --constraint constraints.txt
# PyTorch for CPUs: plain PyPI would bring gigabytes of GPU libraries on Linux.
TORCH := torch==2.13.0
SPECTRAL := 6.16.3
REDOCLY := 2.77.0
TORCH_INDEX ?= https://download.pytorch.org/whl/cpu

# The tests start hundreds of Python processes: they compile a module once, even where the environment says not to.
unexport PYTHONDONTWRITEBYTECODE

# Several processes share the tests: each has modules of its own, and one that is done takes from the others.
# More processes than cores, because tests wait half of the time: for servers, browsers and other programs.
WORKERS ?= 4
PYTEST = $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

.PHONY: run install test tests test-fast soak check lint types needs docs lock lint-api dist platforms site

run: install $(if $(findstring local,$(RAGAPP_GENERATOR)),.venv/installed-local)
	$(BIN)/ragapp serve --first-run

install: .venv/installed

test: needs tests

tests: .venv/installed-dev
	$(PYTEST) --durations=25

# No servers, no browser, no models, nothing slow: under two minutes.
test-fast: WORKERS = 2
test-fast: .venv/installed-dev
	$(PYTEST) tests/unit tests/contract tests/docs -m "not (servers or browser or model or slow)"

# All tests, with their long versions: hours.
soak: needs
	RAGAPP_TEST_SOAK=1 $(PYTEST) --timeout 14400

# The type checker runs beside the tests, which leave it time enough.
check: .venv/installed-dev
	$(MAKE) --jobs=2 lint needs
	$(MAKE) --jobs=2 types tests

lint: .venv/installed-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports

types: .venv/installed-dev
	$(BIN)/mypy

needs: .venv/installed-dev
	sh tests/find-programs.sh
	$(BIN)/ragapp models fetch

# The linters of the OpenAPI document that come from npm; the tests run the one from PyPI.
lint-api: .venv/installed-dev
	$(BIN)/python -m tests.openapidocument > .venv/openapi.json
	npx --yes @stoplight/spectral-cli@$(SPECTRAL) lint --ruleset tests/data/spectral.yaml \
	  --fail-severity warn .venv/openapi.json
	npx --yes @redocly/cli@$(REDOCLY) lint .venv/openapi.json

# The pages that are made from the program itself.
docs: .venv/installed-dev
	$(BIN)/python docs/generate.py

# The wheels of ragapp and ragapp-client.
dist: .venv/installed-dev
	$(BIN)/pip wheel --quiet --no-deps --wheel-dir dist .
	$(BIN)/python distribution/client_wheel.py dist

# The documentation as a web site, in build/site.
site: .venv/installed-dev
	$(BIN)/python -m mkdocs build --strict

# Whether all that ragapp needs comes as wheels on each supported platform. Asks the package registry.
platforms: .venv/installed-dev
	$(BIN)/python distribution/platforms.py

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
	$(PIP) --editable '.[ocr]'
	@touch $@

# The local generator (llama.cpp), for RAGAPP_GENERATOR=local.
.venv/installed-local: .venv/installed
	$(PIP) --editable '.[local]'
	@touch $@

.venv/installed-dev: .venv/installed
	$(PIP) --editable '.[dev]'
	@touch $@
