# Every target says what is missing, and how to get it, before it does anything.

CARGO ?= cargo
PYTHON ?= python3
VENV := .venv
NODE ?= node
NPM ?= npm
PYTHON_VENV := .venv-python
TOOLS := target/tools
NODE_READY := bindings-node/node_modules/ready
# Cargo compiles a dependency anew for every set of features that is asked of it. This asks for what
# `cargo test --workspace` does, which --examples is for: they may use what tests may.
AS_TESTED := --workspace --examples
# What is built for users: the program, the libraries, the packages. napi names the target, and where one is named Cargo
# compiles all anew; so all of these name it, and share what is compiled.
HOST = $(shell rustc -vV | sed -n 's/^host: //p')
RELEASE = CARGO_BUILD_TARGET="$(HOST)"
# with --jobs, rustdoc would complain of a jobserver that it cannot reach
unexport MAKEFLAGS

.DEFAULT_GOAL := help
.PHONY: help demo beacon build test fmt fmt-check lint unit answers test-c doc docs docs-check spec test-python shared install-python wheel test-node npm-pack fuzz-smoke race bench bench-against bench-instructions attack \
        install-c clean need-cargo need-fmt need-clippy need-python need-node

help:
	@echo "make demo    simulate a cohort, build its index, ask, show answers beside the truth"
	@echo "make beacon  a cohort, its index, and a server of Beacon 2 over it at http://127.0.0.1:5050/api"
	@echo "make build   the program, optimised: target/release/varidex"
	@echo "make test    every check and every test: fmt-check lint unit answers test-c doc docs-check spec test-python test-node fuzz-smoke"
	@echo "make fmt     format the sources"
	@echo "make lint    clippy, warnings are errors"
	@echo "make unit    the tests in Rust (VARIDEX_TEST_DATA=DIR adds those on real cohorts)"
	@echo "make answers answers to questions beside those on record (ANSWERS=--write records them, ANSWERS=\"--show WORD\" prints)"
	@echo "make test-c  programs in C and C++ with an installed libvaridex, under sanitizers and valgrind"
	@echo "make doc     the documentation of the crates, warnings are errors: target/doc"
	@echo "make docs    the book as a site, by mdBook: target/book (docs-check: its links alone)"
	@echo "make spec    the second reader of the format, in a virtual environment in $(VENV)"
	@echo "make test-python  the Python package: its tests, types and tutorial, in $(PYTHON_VENV)"
	@echo "make install-python   the Python package, optimised, for the Python that PYTHON names"
	@echo "make wheel        the Python package, optimised: target/wheels/varidex-*.whl"
	@echo "make test-node    the Node package: its tests, its types, its installation"
	@echo "make npm-pack     the Node package, optimised: bindings-node/varidex-*.tgz"
	@echo "make fuzz-smoke   every fuzz target for 20 seconds"
	@echo "make race    one writer and eight readers for ten minutes (SECONDS=600)"
	@echo "make bench   our figures, and beside them those of the peers that are installed (BENCH=\"--vcf FILE\")"
	@echo "make bench-against  the same in turn with an older build (OLDER=DIR, its target/release)"
	@echo "make bench-instructions  instructions of small questions, beside those of an older worktree (OLDER=DIR)"
	@echo "make attack  published attacks on simulated cohorts under each policy: target/attack (ATTACK=--write-docs writes the page, too)"
	@echo "make install-c    libvaridex with its header, for pkg-config and CMake (PREFIX=/usr/local, DESTDIR=)"
	@echo "make clean   remove what was made"

demo: build
	target/release/varidex demo

# the cohort of the tutorial
BEACON := target/beacon
BEACON_ADDRESS ?= 127.0.0.1:5050
beacon: build
	$(RELEASE) $(CARGO) build --release -p varidex-beacon-server
	@mkdir -p $(BEACON)
	cd $(BEACON) && { test -d known || ../release/varidex simulate -q -o known --people --samples 2000 --variants 5000; }
	cd $(BEACON) && { test -d known.vdx || ../release/varidex build -q known/cohort.vcf.gz -o known.vdx \
	  --genes known/genes.gff3.gz --people known/people.ndjson known/populations.tsv known/family.ped \
	  --ontology known/terms.obo known/diseases.hpoa; }
	@sed 's/127.0.0.1:5050/$(BEACON_ADDRESS)/' beacon-server/beacon.toml > $(BEACON)/beacon.toml
	@echo "try, in another shell:"
	@echo "  curl 'http://$(BEACON_ADDRESS)/api/g_variants?referenceName=22&start=20070102&referenceBases=G&alternateBases=A'"
	@echo "  curl -H 'Authorization: Bearer example-count' 'http://$(BEACON_ADDRESS)/api/individuals?filters=MONDO:0100096&requestedGranularity=count'"
	"target/$(HOST)/release/varidex-beacon-server" $(BEACON)/beacon.toml $(BEACON_ADDRESS)

build: need-cargo
	@echo "compiling, optimised: minutes the first time; the program, the libraries and the packages share it"
	$(RELEASE) $(CARGO) build --release -p varidex-cli
	@mkdir -p target/release
	@cp -f "target/$(HOST)/release/varidex" target/release/varidex

test: fmt-check lint unit answers test-c doc docs-check spec test-python test-node fuzz-smoke
	@echo "all checks and tests passed"

fmt: need-fmt
	$(CARGO) fmt --all

fmt-check: need-fmt
	$(CARGO) fmt --all --check

lint: need-clippy
	$(CARGO) clippy --workspace --all-targets -- -D warnings

unit: need-cargo
	$(CARGO) test --workspace

# a change that alters no answer leaves them as they are; one that does says which, and records them anew
answers: need-python need-cargo
	$(CARGO) build --quiet $(AS_TESTED) --bin varidex
	$(PYTHON) answers/answers.py target/debug/varidex $(ANSWERS)

# valgrind, pkg-config and CMake are used where they are installed
test-c: need-cargo
	CARGO="$(CARGO)" ffi/test

PREFIX ?= /usr/local
LIBDIR ?= lib
install-c: need-cargo
	$(RELEASE) CARGO="$(CARGO)" PREFIX="$(PREFIX)" LIBDIR="$(LIBDIR)" DESTDIR="$(DESTDIR)" ffi/install

# with an example, so that the dependencies are those that clippy has checked
doc: need-cargo
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps --lib --bin compare --bin questions --bin products \
	  --example simulate

# links of the book and of other documents; its examples are among the tests of their languages
docs-check: need-python
	$(PYTHON) docs/check.py

# not among what `make test` does: to compile mdBook takes minutes
MDBOOK ?= $(or $(shell command -v mdbook),$(TOOLS)/bin/mdbook)
docs: docs-check $(if $(findstring $(TOOLS),$(MDBOOK)),$(MDBOOK))
	@said=$$($(MDBOOK) build docs 2>&1); status=$$?; echo "$$said"; \
	  ! echo "$$said" | grep -qE 'WARN|ERROR' && exit $$status
	$(PYTHON) docs/check.py target/book
	@echo "the book: target/book/index.html"

$(TOOLS)/bin/mdbook: | need-cargo
	@echo "compiling mdBook, two to three minutes once (one on PATH is used instead)"
	$(CARGO) install --quiet --locked --root $(TOOLS) --no-default-features --features search --version 0.5.4 mdbook

spec: $(VENV)/ready
	cd format-spec && ../$(VENV)/bin/python -m unittest

test-python: $(PYTHON_VENV)/ready need-cargo
	cd bindings-python && VIRTUAL_ENV=$(CURDIR)/$(PYTHON_VENV) \
	  ../$(PYTHON_VENV)/bin/maturin develop --quiet --target "$(HOST)"
	cd bindings-python && ../$(PYTHON_VENV)/bin/python -m pytest

# pip shows nothing while it compiles, and Cargo does; what pip then compiles is the package itself
shared: need-cargo
	@echo "compiling, optimised: minutes the first time; the program, the libraries and the packages share it"
	$(RELEASE) $(CARGO) build --release -p varidex-columns -p varidex-simulate

install-python: need-python shared
	$(RELEASE) $(PYTHON) -m pip install ./bindings-python

wheel: need-python shared
	$(RELEASE) $(PYTHON) -m pip wheel --no-deps --wheel-dir target/wheels ./bindings-python

# a package made of what was just tested goes into an empty directory, where its example must run
test-node: $(NODE_READY) need-cargo
	cd bindings-node && $(NODE) scripts/build.mjs --check
	cd bindings-node && $(NPM) test
	cd bindings-node && $(NODE) scripts/pack.mjs

npm-pack: $(NODE_READY) need-cargo
	cd bindings-node && $(RELEASE) $(NODE) scripts/build.mjs --release
	cd bindings-node && $(NODE) scripts/pack.mjs

# 20 seconds a target; cargo-fuzz is installed where it is missing, and needs a C++ compiler
fuzz-smoke: need-cargo
	@command -v c++ >/dev/null || { \
	  echo "missing: c++. Install a C++ compiler, on Debian: apt-get install g++" >&2; exit 1; }
	fuzz/smoke 20

# among the tests for some seconds
SECONDS ?= 600
race: need-cargo
	VARIDEX_RACE_SECONDS=$(SECONDS) $(CARGO) test $(AS_TESTED) --test race -- --nocapture

# our own figures, then ours beside the floor and the peers that are installed
bench: need-cargo
	$(CARGO) bench -p varidex-benches
	$(CARGO) run --release -p varidex-benches --bin compare -- $(BENCH)
	$(CARGO) run --release -p varidex-benches --bin questions

# this build's benches in turn with those of an older one; all are run, and it fails where something is slower
bench-against: need-cargo
	@test -x "$(OLDER)/compare" && test -x "$(OLDER)/questions" || { \
	  echo "missing: OLDER=DIR, the target/release of an older build with its benches (see CONTRIBUTING.md)" >&2; exit 1; }
	slower=0; \
	$(CARGO) bench -p varidex-benches --bench engine -- --against "$$(ls -t "$(OLDER)"/deps/engine-* | grep -v '\.d$$' | head -1)" || slower=1; \
	$(CARGO) run --release -p varidex-benches --bin compare -- --against "$(OLDER)/compare" $(BENCH) || slower=1; \
	$(CARGO) run --release -p varidex-benches --bin questions -- --against "$(OLDER)/questions" || slower=1; \
	exit $$slower

# instructions of small questions, of the older build in the directory OLDER, then of this one
INSTRUCTIONS = $(CARGO) bench -p varidex-benches --bench instructions -- --home "$(CURDIR)/target/instructions"
bench-instructions: need-cargo
	@command -v gungraun-runner >/dev/null && command -v valgrind >/dev/null || { \
	  echo "missing: valgrind, or gungraun-runner (cargo install gungraun-runner, see CONTRIBUTING.md)" >&2; exit 1; }
	@test -d "$(OLDER)" || { echo "missing: OLDER=DIR, a worktree of an older commit" >&2; exit 1; }
	cd "$(OLDER)" && $(INSTRUCTIONS) --save-baseline=older
	$(INSTRUCTIONS) --baseline=older --callgrind-limits='ir=5%'

# minutes on one core; ATTACK="--sizes 65 --fewer 3" is shorter
attack: need-cargo
	$(CARGO) run --release -p varidex-attacks --bin attack -- --out target/attack $(ATTACK)

clean: need-cargo
	$(CARGO) clean
	rm -rf $(VENV) $(PYTHON_VENV) bindings-node/node_modules bindings-node/lib bindings-node/*.tgz
	rm -f bindings-node/native/*.node bindings-node/native/binding.js

$(VENV)/ready: format-spec/requirements.txt | need-python
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

# most of what is installed is never imported, and to compile it takes half of the time
$(PYTHON_VENV)/ready: bindings-python/requirements-test.txt | need-python
	$(PYTHON) -m venv $(PYTHON_VENV)
	$(PYTHON_VENV)/bin/python -m pip install --quiet --no-compile --disable-pip-version-check 'maturin>=1.9,<2' -r $<
	touch $@

$(NODE_READY): bindings-node/package.json bindings-node/package-lock.json | need-node
	cd bindings-node && $(NPM) ci --no-audit --no-fund --loglevel=error
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
	  echo "missing: $(PYTHON). Install Python 3.10 or later, or set PYTHON" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { \
	  echo "too old: $(PYTHON). Install Python 3.10 or later, or set PYTHON" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "missing: the venv module of $(PYTHON). On Debian: apt-get install python3-venv" >&2; exit 1; }

need-node:
	@command -v $(NODE) >/dev/null && command -v $(NPM) >/dev/null || { \
	  echo "missing: $(NODE) or $(NPM). Install Node.js 20 or later: https://nodejs.org" >&2; exit 1; }
	@$(NODE) -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' || { \
	  echo "too old: $(NODE). Install Node.js 20 or later: https://nodejs.org" >&2; exit 1; }
