# Every target makes its own environment in .venv first; nothing is installed elsewhere.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
QUESTION ?= can I blog anonymously?

.DEFAULT_GOAL := all
.PHONY: all ask setup check test evaluate golden format benchmark clean

all: check test

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "guidance-bot needs Python 3.11 or newer; name one with PYTHON=python3.12")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "No virtual environment could be made; on Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@echo "Setting up $(VENV) (once) …" >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $(READY)

setup: $(READY)

ask: $(READY)
	@$(BIN)/guidance-bot ask "$(QUESTION)"

test: $(READY)
	$(BIN)/python -m pytest -q

check: $(READY)
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/guidance-bot check

evaluate: $(READY)
	$(BIN)/guidance-bot evaluate

golden: $(READY)
	$(BIN)/python -m pytest -q --inline-snapshot=fix,create

format: $(READY)
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format --quiet .

benchmark: $(READY)
	$(BIN)/python benchmarks/cold_ask.py

clean:
	rm -rf $(VENV) dist build .mypy_cache .pytest_cache .ruff_cache .hypothesis
