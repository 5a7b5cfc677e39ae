# Two commands matter: `make demo` triages the sample notes, `make test` runs the tests. Each sets up what it needs.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
READY := .venv/.ready

.PHONY: setup demo test check serve train bench bench-api bench-review format

setup: $(READY)

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-build-isolation --no-deps --editable .
	touch $@

demo: setup
	$(BIN)/triage train --if-missing
	$(BIN)/triage score training_data/samples/notes.jsonl

train: setup
	$(BIN)/triage train

serve: setup
	$(BIN)/triage train --if-missing
	$(BIN)/triage serve --try-out

test: setup
	$(BIN)/python -m pytest

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/triage knowledge check
	$(BIN)/triage data check

bench: setup
	$(BIN)/triage train --if-missing
	$(BIN)/python -m bench.speed

bench-api: setup
	$(BIN)/triage train --if-missing
	$(BIN)/python -m bench.api

bench-review: setup
	$(BIN)/python -m bench.review

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
