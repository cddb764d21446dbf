# Bangfu. `make` prints this list.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev

.DEFAULT_GOAL := help
.PHONY: help setup demo test check bench figures clean

help:  ## Show this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "需要 Python 3.11 或更高版本。Python 3.11 or newer is needed: make PYTHON=python3.12 …"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(STAMP): $(BIN)/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(DEV_STAMP): $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

setup: $(STAMP)  ## Make .venv with everything the product needs; then .venv/bin/bangfu is the command line
	@$(BIN)/bangfu home

demo: setup  ## Run the main job on a synthetic prefecture and print what it found
	@$(BIN)/bangfu demo

check: $(DEV_STAMP)  ## Style, types, floors of the house: under a minute
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: check  ## Everything that proves the product, from a fresh clone: under ten minutes
	$(BIN)/pytest -n auto

bench: $(DEV_STAMP)  ## Measure against named rivals; writes benchmarks/results/
	$(BIN)/python -m benchmarks

figures: $(DEV_STAMP)  ## Accuracy on synthetic prefectures of 2,356 and 100,000 households; writes docs/figures/
	$(BIN)/python -m benchmarks.accuracy

clean:  ## Remove what this Makefile made
	rm -rf $(VENV) .bangfu build dist
