# Bangfu. `make` prints this list.
PYTHON ?= python3
PORT ?= 8765
# What Python compiles it keeps, also where the surroundings say otherwise: each of hundreds of processes would compile our modules again.
export PYTHONDONTWRITEBYTECODE :=
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# The pages' scripts are built by the machine's Node.js, or by one from a wheel where it has none of this age.
NODE_IS_THERE := npm --version >/dev/null 2>&1 && node -e 'process.exit(process.versions.node.split(".")[0] < 20 ? 1 : 0)' 2>/dev/null

.DEFAULT_GOAL := help
.PHONY: help setup assets demo run test needs check bench faults tampering figures clean

help:  ## Show this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "需要 Python 3.11 或更高版本。Python 3.11 or newer is needed: make PYTHON=python3.12 …"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(STAMP): $(BIN)/python pyproject.toml
	@if $(NODE_IS_THERE); then extra=""; else extra="[node]"; fi; \
	echo "$(PIP) --editable .$$extra"; $(PIP) --editable ".$$extra"
	@touch $@

$(DEV_STAMP): $(STAMP)
	$(PIP) --editable '.[dev]'
	@touch $@

setup: $(STAMP)  ## Make .venv with everything the product needs; then .venv/bin/bangfu is the command line
	@$(BIN)/bangfu home

assets: $(STAMP)
	@$(BIN)/python -m bangfu.site.assets

demo: setup assets  ## An invented prefecture to look at: prints the address and who may sign in; Ctrl-C ends it
	@$(BIN)/bangfu demo --port $(PORT)

run: setup assets  ## Web server and worker of this checkout's instance; Ctrl-C ends them
	@$(BIN)/bangfu serve --port $(PORT)

check: $(DEV_STAMP)  ## Style, types, floors of the house: under a minute
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

needs: $(DEV_STAMP)
	@$(BIN)/python -m tests.needs

test: check assets needs  ## Everything that proves the product, from a fresh clone: some fifteen minutes on two cores (ten are wanted)
	$(BIN)/python -m tests.in_memory $(BIN)/pytest -n auto --dist loadscope --durations=20 --durations-min=5

bench: $(DEV_STAMP)  ## Measure against named rivals; writes benchmarks/results/
	$(BIN)/python -m benchmarks

MINUTES ?= 60
faults: $(DEV_STAMP) assets  ## Real acts under kill -9 of everything, MINUTES=60; writes docs/figures/faults.md and ends with what became of them
	$(BIN)/python -m tests.faults --minutes $(MINUTES) --figures docs/figures/faults.md

figures: $(DEV_STAMP)  ## Accuracy on 2,356 and 100,000 synthetic households, every path through four eyes, the matching's model card; writes docs/figures/
	$(BIN)/python -m benchmarks.accuracy
	$(BIN)/python -m benchmarks.four_eyes
	$(BIN)/python -m benchmarks.matching

tampering: $(DEV_STAMP)  ## 1,000 alterations of the trail by a superuser, and whether each is found; writes docs/figures/
	$(BIN)/python -m benchmarks.tampering

clean:  ## Stop what runs, and remove what this Makefile made
	@if [ -x $(BIN)/bangfu ]; then $(BIN)/bangfu stop; fi
	rm -rf $(VENV) .bangfu build dist frontend/node_modules bangfu/terminals/desk/static/desk bangfu/locale
