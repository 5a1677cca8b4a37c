# Needs Python 3.11 or later, make and the package index; sets everything else up inside .venv.
#
#   make proofs [ARGS="..."]    prove the claims; ARGS goes to python -m proofs (try ARGS=--help)
#   make test   [ARGS="..."]    run the tests; ARGS goes to pytest
#   make bench  [ARGS="..."]    measure the engine
#   make diagrams [ARGS="..."]  draw the pictures
#   make explorer [ARGS="..."]  write explorer.html, to walk through the site
#   make docs   [ARGS="..."]    build the documentation into build/site; ARGS goes to Sphinx
#   make lock                   pin the dependencies of pyproject.toml anew (needs uv)

SHELL := /bin/sh
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: proofs test bench diagrams explorer docs lock

BIN := .venv/bin
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes

proofs: .venv/base.stamp
	@$(BIN)/python -m proofs $(ARGS)

test: .venv/dev.stamp
	@$(BIN)/python -m pytest --numprocesses auto --dist worksteal $(ARGS)

bench: .venv/base.stamp
	@$(BIN)/python -m benchmarks $(ARGS)

diagrams: .venv/base.stamp
	@$(BIN)/python -m diagrams $(ARGS)

explorer: .venv/base.stamp
	@$(BIN)/python -m proofs explore $(ARGS)

docs: .venv/dev.stamp
	@$(BIN)/python -m sphinx -W -q -c docs -d build/trees $(ARGS) . build/site \
	  && echo 'The site is build/site/index.html' >&2

# A stamp is as new as the lock that was installed; an interrupted installation leaves none. Where a
# package was lost since, everything is set up anew: pip believes what the rest of a package says.
.venv/%.stamp: requirements/%.txt FORCE
	@$(CHOSEN_PYTHON) \
	if [ -n "$$(find $@ -newer $< 2>/dev/null)" ] \
	  && $(BIN)/python -I requirements/installed.py $<; then exit 0; fi; \
	if [ -e $@ ] || ! $(BIN)/python -m pip --version >/dev/null 2>&1; then $(CREATE_VENV) fi; \
	echo 'Setting up .venv from $<' >&2; \
	$(PIP_INSTALL) --requirement $< && touch $@

FORCE:

# `make PYTHON=...` chooses a Python, in place of that of a .venv too; otherwise the first of some.
PYTHON ?=
CHOSEN_PYTHON = \
  if [ -n "$(PYTHON)" ] && ! "$(PYTHON)" -c '$(IS_RECENT)' >/dev/null 2>&1; then \
    echo 'error: PYTHON=$(PYTHON) is no Python 3.11 or later; name one that is, or none' >&2; \
    exit 2; \
  fi; \
  if [ -n "$(PYTHON)" ] && [ -e .venv ] \
    && [ "$$("$(PYTHON)" -VV)" != "$$($(BIN)/python -VV 2>/dev/null)" ]; then \
    echo 'The Python of .venv is another one' >&2; rm -rf .venv; \
  fi;
CREATE_VENV = \
  for python in $(or $(PYTHON),python3 python python3.14 python3.13 python3.12 python3.11); do \
    if $$python -c '$(IS_RECENT)' >/dev/null 2>&1; then found=$$python; break; fi; \
  done; \
  if [ -z "$$found" ]; then \
    echo 'error: no Python 3.11 or later found; name one with: make PYTHON=/path/to/python' >&2; \
    exit 2; \
  fi; \
  $$found -m venv --clear .venv || exit 1;
IS_RECENT = import sys; sys.exit(sys.version_info < (3, 11))

COMPILE := UV_CUSTOM_COMPILE_COMMAND='make lock' uv pip compile --quiet --universal \
  --python-version 3.11 --generate-hashes --no-annotate pyproject.toml

lock:
	$(COMPILE) --output-file requirements/base.txt
	$(COMPILE) --extra dev --constraints requirements/base.txt --output-file requirements/dev.txt
	$(COMPILE) --extra dev --resolution lowest-direct --output-file requirements/lowest.txt
