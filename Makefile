# Two commands set everything up: `make demo` and `make test`. Each is fast the second time.

PYTHON ?= python3
TORCH ?= torch==2.13.0
BIN := .venv/bin
READY := .venv/.ready

.PHONY: demo test bench paper lint
.DELETE_ON_ERROR:

demo: $(READY)
	PATH="$(CURDIR)/$(BIN):$$PATH" bash examples/demo.sh

test: $(READY)
	$(BIN)/python -m pytest -q --numprocesses auto --dist loadfile

bench: $(READY)
	$(BIN)/python -m vdsc.bench lossy
	$(BIN)/python -m vdsc.bench lossless
	$(BIN)/python -m vdsc.bench bounded
	$(BIN)/python -m vdsc.bench field

paper: $(READY)
	$(BIN)/python -m vdsc.bench paper

lint: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	PYTHONPATH=. $(BIN)/lint-imports

# torch comes first: a plain requirement would take the newest build with its CUDA packages.
$(READY): pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "$(TORCH)"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@
