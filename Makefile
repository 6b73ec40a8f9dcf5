# Byline: `make` alone tells what there is. Everything is installed into .venv, nothing beside it.

PYTHON ?= python3
IN := .venv/bin/python
PIP := $(IN) -m pip --disable-pip-version-check
STAMP := .venv/.byline
SAMPLE_STORE := storage-sample

.DEFAULT_GOAL := help
.PHONY: help setup run test lint bench bench-quality

help:
	@echo 'make setup                 create .venv and install what requirements.lock names'
	@echo 'make run                   set up if needed, then chat with the sample articles'
	@echo 'make run ARTICLES=DIR      the same with your own articles'
	@echo 'make run PORT=8000         on another port than 7860'
	@echo 'make test                  set up if needed, then run every test'
	@echo 'make lint                  ruff and mypy'
	@echo 'make bench                 the benchmarks; installs what they compare with'
	@echo 'make bench-quality         what is found, answered and refused; BYLINE_BENCH names the data'

setup: $(STAMP)

# The stamp is the last step: a setup that was interrupted goes on where it stopped.
$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo 'Byline needs Python 3.11 or newer, and $(PYTHON) is older or missing: install one,' \
	    'then run make PYTHON=/path/to/it' >&2; exit 1; }
	@$(IN) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv || { \
	  echo 'Python cannot create a virtual environment here; on Debian and Ubuntu install' \
	    'the package python3-venv' >&2; exit 1; }
	$(PIP) install --requirement requirements.lock
	$(PIP) install --no-deps --no-build-isolation --quiet --editable .
	@touch $@

# Exit status 1 of a sync says that some file could not be read; the chat opens on the others.
run: setup
ifdef ARTICLES
	@test -e "$(ARTICLES)" || { \
	  echo 'There is nothing at $(ARTICLES): give ARTICLES a folder that exists' >&2; exit 1; }
	$(IN) -m index sync "$(ARTICLES)" || [ $$? -eq 1 ]
	$(IN) app.py $(if $(PORT),--port $(PORT))
else
	$(IN) -m index sync corpus/sample --store $(SAMPLE_STORE) || [ $$? -eq 1 ]
	$(IN) app.py --store $(SAMPLE_STORE) $(if $(PORT),--port $(PORT))
endif

test: setup
	$(IN) -m pytest

lint: setup
	$(IN) -m ruff check .
	$(IN) -m ruff format --check .
	$(IN) -m mypy

bench: $(STAMP)-bench
	$(IN) -m benchmarks

# What the named folder does not hold is left out with a reason; the news are the project's own.
bench-quality: setup
	$(IN) -m benchmarks.quality

$(STAMP)-bench: $(STAMP) requirements-bench.lock
	$(PIP) install --requirement requirements.lock --requirement requirements-bench.lock
	@touch $@
