# make install | test | demo | bench | lock | clean. Each builds what it needs.
# Python 3.11 to 3.13 is looked for; name one with PYTHON=/path/to/python3.12.

SHELL := /bin/sh
BIN := .venv/bin
STAMP := .venv/installed
JOBS ?= auto
ARGS ?=
PYTHON ?= $(firstword $(foreach name,python3 python3.13 python3.12 python3.11,$(shell \
  $(name) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null \
  && echo $(name))))

.PHONY: install test demo bench lock clean

install: $(STAMP)

test: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n $(JOBS) --dist worksteal $(ARGS)

demo: $(STAMP)
	@$(BIN)/workorder demo $(ARGS)

bench: $(STAMP)
	@$(BIN)/python tests/bench/run.py $(ARGS)

# Newer versions of everything: make lock UV=/path/to/uv ARGS=--upgrade
UV ?= uv
lock:
	$(UV) pip compile pyproject.toml --all-extras --group build --universal --python-version 3.11 \
	  --generate-hashes --no-annotate --no-header --no-emit-index-url --no-emit-find-links \
	  --quiet $(ARGS) --output-file requirements.lock

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

# The stamp is written last: an install that broke off is begun anew.
$(STAMP): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { \
	  echo "Python 3.11, 3.12 or 3.13 is needed, and none is on the PATH." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || { \
	  echo "$(PYTHON) is not Python 3.11, 3.12 or 3.13." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "$(PYTHON) cannot make a virtual environment: apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)
