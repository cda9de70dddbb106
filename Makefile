# Every target builds what it needs. `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
PYTHON ?= python3
BIN := .venv/bin
export HF_HUB_OFFLINE := 1
export TRANSFORMERS_OFFLINE := 1
export HF_HUB_DISABLE_TELEMETRY := 1
export TOKENIZERS_PARALLELISM := false
export GX_ANALYTICS_ENABLED := false
export DVC_NO_ANALYTICS := 1
export PREFECT_SERVER_ANALYTICS_ENABLED := false
export TRL_EXPERIMENTAL_SILENCE := 1

.PHONY: help setup demo test check bench replay attack catalogue exports control refinement scale profile clean
.DEFAULT_GOAL := help

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

# torch comes first and alone: an open range would bring a CUDA build of several GB to a machine without a GPU.
.stamps/python: constraints.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --upgrade pip
	$(BIN)/pip install --quiet "$$(grep '^torch==' constraints.txt)"
	$(BIN)/pip install --quiet -c constraints.txt -e '.[dev]'
	mkdir -p .stamps && touch $@

.stamps/packages: packages.txt .stamps/python
	rm -rf .packages
	$(BIN)/pip install --quiet --no-deps --no-compile --require-hashes --target .packages -r packages.txt
	touch $@

.stamps/dvc: .stamps/python
	$(BIN)/dvc config --local core.analytics false
	touch $@

setup: .stamps/packages .stamps/dvc ## virtual environment, data packages

demo: setup ## from API descriptions to data/report/index.html
	$(BIN)/python -m flows.pipeline report

test: setup ## the tests
	$(BIN)/python -m pytest

check: .stamps/python ## format, lint, types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright

bench: setup ## side-by-side measurements; nothing else should run meanwhile
	$(BIN)/python -m benchmarks.engine
	$(BIN)/python -m benchmarks.sessions
	$(BIN)/python -m benchmarks.mcp

replay: setup ## re-execute every exported dialogue in fresh processes
	$(BIN)/python -m flows.pipeline trajectories
	$(BIN)/python -m stages.trajectories.replay

attack: setup ## hostile programs, arguments, states and documents
	$(BIN)/python -m tests.attacks

catalogue: setup ## an environment of every API that Google's and AWS's packages describe
	$(BIN)/python -m flows.catalogue $(if $(MOST),--most $(MOST))

# Each trainer pins what it needs, so it gets an environment of its own beside the engine's three distributions.
.cache/exports/%: tests/environments/trainers/%.txt .stamps/python
	rm -rf $@
	$(PYTHON) -m venv $@
	$@/bin/pip install --quiet -r $< $$($(BIN)/pip freeze | grep -E '^(apsw|jsonschema[-_]rs|pydantic)==')

exports: setup .cache/exports/verifiers .cache/exports/openenv ## try exported environments with verifiers' and OpenEnv's own code
	$(BIN)/python -m pytest tests/environments/test_trainers.py

control: demo ## train on calls with shuffled arguments: what is format, what is understanding
	$(BIN)/python -m flows.control

refinement: demo ## train on refined and on plain dialogues of the same seed and size; ask both the same
	$(BIN)/python -m flows.refinement

scale: setup ## ten thousand dialogues over every API of two packages: seconds, memory, and every one replayed
	$(BIN)/python -m flows.pipeline base
	$(BIN)/python -m flows.scale

profile: .stamps/python ## merge profiles/$(P).yaml into params.yaml: make profile P=gpu
	$(BIN)/python -m flows.profile $(P)

clean: ## forget work folders and stamps (data, the DVC cache and answers that were paid for stay)
	test ! -d .cache || find .cache -mindepth 1 -maxdepth 1 ! -name llm -exec rm -rf {} +
	rm -rf .runs .stamps .pytest_cache .ruff_cache .hypothesis
