# Hoso. `make demo` and `make test` need Python 3.11+ and make, and set up what is missing.
PYTHON ?= python3
SUITES ?= ../shared/conformance
BIN    := .venv/bin
export PYTHONUTF8 = 1

.PHONY: setup demo test check format conformance system-test bench nightly lock messages clean

setup: .venv/ready

# The environment is rebuilt when the lock or the project's metadata changed.
.venv/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Hoso needs Python 3.11 or newer; say which with: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { echo "Python's venv module is missing (Debian and Ubuntu: apt install python3-venv)" >&2; exit 1; }
	@echo "setup: installing the locked dependencies into .venv (a minute the first time)"
	@grep -A3 '^uv==' requirements.lock | grep -o '^uv==[^ ;]*' | xargs $(BIN)/pip install --quiet --disable-pip-version-check
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --compile-bytecode --require-hashes requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q engine signing adapters
	@touch $@

demo: setup
	$(BIN)/hoso demo --dir demo-run $(DEMO_FLAGS)

test: setup
	$(BIN)/pytest -n auto -m "not system and not nightly"

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.docs
	$(BIN)/python -m tests.rights
	$(BIN)/python -m tests.leaves
	$(BIN)/python -m tests.messages --check

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

conformance: setup
	$(BIN)/python -m tests.conformance all $(SUITES)

system-test: setup
	$(BIN)/pytest -n auto --timeout 900 -m "system and not nightly"

bench: setup
	$(BIN)/python -m tests.bench

nightly: setup
	$(BIN)/pytest -n auto --timeout 7200 -m nightly
	$(BIN)/pytest -n auto --hypothesis-profile=nightly -m "hypothesis and not system and not nightly"

# For developers: lock again (after a change of pyproject.toml), compile the messages.
lock:
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --all-extras --group dev pyproject.toml -o requirements.lock

messages: setup
	$(BIN)/python -m tests.messages

clean:
	rm -rf .venv demo-run .mypy_cache .ruff_cache .pytest_cache
