# Every target sets up what it needs: a fresh clone needs python3 (3.10 or newer) with venv, git and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN := $(VENV)/.run
DEV := $(VENV)/.dev

.PHONY: demo test lint docs bench corpus clean

demo: $(RUN)
	$(BIN)/python examples/demo.py

test: $(DEV)
	$(BIN)/python -m pytest --numprocesses=auto --maxprocesses=4 --cov --cov-report=

lint: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: $(RUN)
	$(BIN)/python docs/generate.py

bench: $(DEV)
	$(BIN)/python benchmarks/run.py

corpus: $(DEV)
	$(BIN)/python benchmarks/corpus.py

clean:
	rm -rf $(VENV) build dist .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache

$(RUN): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

$(DEV): $(RUN)
	$(BIN)/python -m pip install --quiet --group dev
	touch $@
