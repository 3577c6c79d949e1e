# Every target says what is missing, and how to get it, before it does anything.

CARGO ?= cargo
PYTHON ?= python3
VENV := .venv

.DEFAULT_GOAL := help
.PHONY: help demo build test fmt fmt-check lint unit doc spec fuzz-smoke bench clean \
        need-cargo need-fmt need-clippy need-python

help:
	@echo "make demo    simulate a cohort, build its index, ask, show answers beside the truth"
	@echo "make build   the program, optimised: target/release/varidex"
	@echo "make test    every check and every test: fmt-check lint unit doc spec fuzz-smoke"
	@echo "make fmt     format the sources"
	@echo "make lint    clippy, warnings are errors"
	@echo "make unit    the tests in Rust (VARIDEX_TEST_DATA=DIR adds those on real cohorts)"
	@echo "make doc     the documentation, warnings are errors"
	@echo "make spec    the second reader of the format, in a virtual environment in $(VENV)"
	@echo "make fuzz-smoke   every fuzz target for 20 seconds"
	@echo "make bench   our figures, and beside them those of the peers that are installed (BENCH=\"--vcf FILE\")"
	@echo "make clean   remove what was made"

demo: build
	target/release/varidex demo

build: need-cargo
	$(CARGO) build --release -p varidex-cli

test: fmt-check lint unit doc spec fuzz-smoke
	@echo "all checks and tests passed"

fmt: need-fmt
	$(CARGO) fmt --all

fmt-check: need-fmt
	$(CARGO) fmt --all --check

lint: need-clippy
	$(CARGO) clippy --workspace --all-targets -- -D warnings

unit: need-cargo
	$(CARGO) test --workspace

doc: need-cargo
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps

spec: $(VENV)/ready
	cd format-spec && ../$(VENV)/bin/python -m unittest

# 20 seconds a target; cargo-fuzz is installed where it is missing, and needs a C++ compiler
fuzz-smoke: need-cargo
	@command -v c++ >/dev/null || { \
	  echo "missing: c++. Install a C++ compiler, on Debian: apt-get install g++" >&2; exit 1; }
	fuzz/smoke 20

# our own figures, then ours beside the floor and the peers that are installed
bench: need-cargo
	$(CARGO) bench -p varidex-benches
	$(CARGO) run --release -p varidex-benches --bin compare -- $(BENCH)

clean: need-cargo
	$(CARGO) clean
	rm -rf $(VENV)

$(VENV)/ready: format-spec/requirements.txt | need-python
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

need-cargo:
	@command -v $(CARGO) >/dev/null || { \
	  echo "missing: cargo. Install Rust 1.95 or later: https://rustup.rs" >&2; exit 1; }

need-fmt: need-cargo
	@$(CARGO) fmt --version >/dev/null 2>&1 || { \
	  echo "missing: cargo fmt. Install it: rustup component add rustfmt" >&2; exit 1; }

need-clippy: need-cargo
	@$(CARGO) clippy --version >/dev/null 2>&1 || { \
	  echo "missing: cargo clippy. Install it: rustup component add clippy" >&2; exit 1; }

need-python:
	@command -v $(PYTHON) >/dev/null || { \
	  echo "missing: $(PYTHON). Install Python 3.9 or later, or set PYTHON" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 9))' || { \
	  echo "too old: $(PYTHON). Install Python 3.9 or later, or set PYTHON" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "missing: the venv module of $(PYTHON). On Debian: apt-get install python3-venv" >&2; exit 1; }
