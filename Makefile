# make run    the whole pipeline on sample data        make test   every check and test
# Both install what they need into .venv and do nothing where it is there already.

PYTHON ?= python3
BIN := .venv/bin
CONFIG ?= configs/quickstart.toml
TEST_PROCESSES ?= 2

.PHONY: run test test-slow test-containers check bench bench-full soak setup setup-dev setup-bench ui lock clean

run: setup
	@$(BIN)/spanbert run --config $(CONFIG)

ui: setup
	@$(BIN)/spanbert ui --config $(CONFIG)

# a file's tests stay together, in one of some processes of one thread each
test: check
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest -m "not slow and not containers" \
		-n $(TEST_PROCESSES) --dist loadfile

test-slow: setup-dev
	@$(BIN)/python -m pytest -m slow

# root, docker.io and debootstrap are needed; twenty minutes
test-containers: setup-dev
	@$(BIN)/python -m pytest -m containers

check: setup-dev
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/basedpyright

# a few minutes; and everything, half an hour on two quiet cores (benchmarks/README.md)
bench: setup-bench
	@$(BIN)/python -m benchmarks

bench-full: setup-bench
	@$(BIN)/python -m benchmarks --full

# half an hour of random kills and outages; the weights must be those of an undisturbed run
soak: setup-dev
	@$(BIN)/python tests/faults/soak.py

setup: .venv/bin/python
	@$(BIN)/python requirements/install.py run

setup-dev: .venv/bin/python
	@$(BIN)/python requirements/install.py run dev

setup-bench: .venv/bin/python
	@$(BIN)/python requirements/install.py run dev bench

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "spanbert needs Python 3.11 or newer -> make PYTHON=python3.11")'
	@echo "installing the locked environment into .venv, once"
	@$(PYTHON) -m venv .venv

lock:
	@cd requirements && for name in build run dev; do \
		pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header \
			--no-emit-index-url --no-emit-find-links --output-file $$name.txt $$name.in; done

clean:
	@rm -rf .venv runs build *.egg-info src/*.egg-info
