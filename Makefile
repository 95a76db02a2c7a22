# Every target makes its own environment in .venv first; nothing is installed elsewhere.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DEV_READY := $(VENV)/.dev-ready
QUESTION ?= can I blog anonymously?
export QUESTION
PORT ?= 3900

install = if $(BIN)/python -m pip --version >/dev/null 2>&1; then pip="$(BIN)/python -m pip"; else pip="$(PYTHON) -m pip --python $(BIN)/python"; fi; \
	$$pip install --quiet --disable-pip-version-check -c constraints.txt -e $(1) || \
	{ echo "The environment could not be filled; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }

.DEFAULT_GOAL := all
.PHONY: all ask serve picture setup check test coverage evaluate golden format benchmark clean

all: check test

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit("guidance-bot needs Python 3.11 or newer; name one: make PYTHON=python3.12 …" if sys.version_info < (3, 11) else 0)'
	@echo "Setting up $(VENV), once …" >&2
	@# Debian ships venv without pip unless python3-venv is installed; its own pip then fills the environment.
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || $(PYTHON) -m venv --clear --without-pip $(VENV)
	@$(call install,.)
	@touch $(READY)

$(DEV_READY): $(READY)
	@echo "Adding the tools for tests and checks, once …" >&2
	@$(call install,'.[dev]')
	@touch $(DEV_READY)

setup: $(DEV_READY)

ask: $(READY)
	@$(BIN)/guidance-bot ask "$$QUESTION"

# A strict stand-in for Slack with a page to type in, and the real bot behind it.
serve: $(READY)
	@$(BIN)/python -m tests.local_slack.try_it --port $(PORT)

# The picture in the README: the real bot and a real browser.
picture: $(DEV_READY)
	$(BIN)/python -m tests.local_slack.picture docs/try-it.png

test: $(DEV_READY)
	$(BIN)/python -m pytest -q

coverage: $(DEV_READY)
	$(BIN)/coverage run -m pytest -q
	$(BIN)/coverage report --skip-covered --show-missing

check: $(DEV_READY)
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/guidance-bot check

evaluate: $(READY)
	$(BIN)/guidance-bot evaluate

golden: $(DEV_READY)
	$(BIN)/python -m pytest -q --inline-snapshot=fix,create --golden

format: $(DEV_READY)
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format --quiet .

benchmark: $(READY)
	$(BIN)/python benchmarks/cold_ask.py
	$(BIN)/python benchmarks/slack.py

clean:
	rm -rf $(VENV) dist build .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
