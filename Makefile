# Needs Python 3.11 or later, make and the package index; sets everything else up inside .venv.
#
#   make proofs [ARGS="..."]    prove the claims; ARGS goes to python -m proofs (try ARGS=--help)
#   make test   [ARGS="..."]    run the tests; ARGS goes to pytest
#   make bench  [ARGS="..."]    measure the engine
#   make diagrams [ARGS="..."]  draw the pictures
#   make lock                   pin the dependencies of pyproject.toml anew (needs uv)

SHELL := /bin/sh
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: proofs test bench diagrams lock

BIN := .venv/bin
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes

proofs: .venv/base.stamp
	$(BIN)/python -m proofs $(ARGS)

test: .venv/dev.stamp
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal $(ARGS)

bench: .venv/base.stamp
	$(BIN)/python -m benchmarks $(ARGS)

diagrams: .venv/base.stamp
	$(BIN)/python -m diagrams $(ARGS)

# A stamp is as new as the lock that was installed; an interrupted installation leaves none.
.venv/%.stamp: requirements/%.txt
	@echo 'Setting up .venv from $<' >&2
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(CREATE_VENV)
	@$(PIP_INSTALL) --requirement $<
	@touch $@

# The first of these that is Python 3.11 or later; `make PYTHON=...` chooses another.
PYTHON ?=
CREATE_VENV = { \
  for python in $(PYTHON) python3 python python3.14 python3.13 python3.12 python3.11; do \
    if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
      exec $$python -m venv --clear .venv; \
    fi; \
  done; \
  echo 'error: no Python 3.11 or later found; name one with: make PYTHON=/path/to/python' >&2; \
  exit 1; }

COMPILE := UV_CUSTOM_COMPILE_COMMAND='make lock' uv pip compile --quiet --universal \
  --python-version 3.11 --generate-hashes --no-annotate pyproject.toml

lock:
	$(COMPILE) --output-file requirements/base.txt
	$(COMPILE) --extra dev --constraints requirements/base.txt --output-file requirements/dev.txt
