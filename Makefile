# Everything a fresh machine with python3, make and git needs: `make demo` and `make test`.
# Timing targets compile bytecode first; PYTHONDONTWRITEBYTECODE must not reach the installed packages.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
DEMO   ?= demo
# Twice as many workers as CI has cores: tests wait for processes, servers and frames two thirds of their time.
SIDE_BY_SIDE ?= -n 4 --dist loadfile --no-loadscope-reorder --max-worker-restart 0 --durations 40
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export DVC_NO_ANALYTICS := 1
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test lint types contracts unit tui real bench soak kills fuzz screenshots matrix constraints clean
.DEFAULT_GOAL := test

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

# Two stamps: what a user runs, and what a developer adds. A second `make` installs nothing.
$(VENV)/.run: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "installing mltui with DVC and MLflow into $(VENV): a minute or two"
	$(BIN)/python -m pip install --quiet -c constraints.txt -e .
	$(BIN)/python -m compileall -q -j 0 $(VENV)/lib src || true
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[dev]'
	$(BIN)/python -m compileall -q -j 0 $(VENV)/lib src || true
	@touch $@

demo: $(VENV)/.run ## build the sample project and open mltui on it
	@test -d $(DEMO)/.git || $(BIN)/mltui demo $(DEMO)
	@if [ -t 0 ] && [ -t 1 ]; then $(BIN)/mltui -C $(DEMO); else $(BIN)/mltui status -C $(DEMO); fi

test: lint types contracts $(VENV)/.dev ## everything CI runs
	$(BIN)/python -m pytest $(SIDE_BY_SIDE)

lint: $(VENV)/.dev
	$(BIN)/ruff check src recorder tests bench
	$(BIN)/ruff format --check src recorder tests bench

types: $(VENV)/.dev
	$(BIN)/mypy

contracts: $(VENV)/.dev
	$(BIN)/lint-imports

unit tui real: $(VENV)/.dev
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) tests/$@

# The peers that pip has; what can't be installed (or is not: tig is a package of the system) is left out, by name.
$(VENV)/.bench: $(VENV)/.dev
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[bench]' || true
	@touch $@

# Atheris leads it by coverage; where it can't be installed the same mutations go by chance.
FUZZ_SECONDS ?= 60
fuzz: $(VENV)/.dev ## every reader against mutated files and answers, FUZZ_SECONDS each; prints the table of docs/hardening.md
	-$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[dev,fuzz]'
	nice -n 10 $(BIN)/python -m tests.fuzz --seconds $(FUZZ_SECONDS) $(FUZZ)
	$(if $(FUZZ),,nice -n 10 $(BIN)/python -m tests.fuzz.million)

bench: $(VENV)/.bench ## DESIGN section 8 with peers and growth, into bench/RESULTS.md; python -m bench WHAT measures a part
	$(BIN)/python -m bench

soak: $(VENV)/.dev ## half an hour with live writers, or SOAK_SECONDS: memory, descriptors, updates that were missed
	$(BIN)/python -m bench.soak

kills: $(VENV)/.dev ## mltui killed at random moments, KILLS times (500): the next one finds all in order
	$(BIN)/python -m bench.soak.killing

screenshots: $(VENV)/.dev
	$(BIN)/python -m tests.screenshots

matrix: $(VENV)/.dev ## mltui with the oldest and newest dvc 3, mlflow 2 and mlflow 3, each in an environment below .matrix
	$(BIN)/python -m tests.matrix

clean:
	rm -rf $(VENV) demo bench/.work
