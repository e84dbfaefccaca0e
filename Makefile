# Two commands matter: `make run` and `make test`. Everything lives in .venv/ and build/.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install --require-hashes --no-deps

.PHONY: setup run test tour lint format types contracts bench screens lock openapi drills clean

setup: $(VENV)/run.stamp ## Make the environment and install what running needs

$(VENV)/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; $(PYTHON) is older. Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 2; }
	@$(PYTHON) -m venv $(VENV) || { echo "This Python cannot make environments. On Debian: apt-get install python3-venv"; exit 2; }

$(VENV)/run.stamp: $(VENV)/pyvenv.cfg .lock/run.txt pyproject.toml
	$(PIP) -r .lock/run.txt
	@$(BIN)/python -m pip --disable-pip-version-check --quiet install --no-deps --no-build-isolation --no-index -e .
	@touch $@

$(VENV)/test.stamp: $(VENV)/run.stamp .lock/test.txt
	$(PIP) -r .lock/test.txt
	@touch $@

run: setup ## Serve form, API, reference and worker at http://127.0.0.1:8000
	$(BIN)/rule12 serve --demo

test: lint types contracts $(VENV)/test.stamp ## Lint, types, contracts and all tests (needs chromium, node and npm)
	$(BIN)/python -m tests.needed
	$(BIN)/python -m pytest -q -n 2 --dist worksteal

lint: $(VENV)/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(VENV)/test.stamp
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

types: $(VENV)/test.stamp
	$(BIN)/mypy

contracts: $(VENV)/test.stamp
	$(BIN)/lint-imports

tour: setup ## Walk the whole story over HTTP, in a temporary place
	$(BIN)/python tests/tour.py

bench: $(VENV)/test.stamp ## Measure against the bars; writes build/bench.json
	$(BIN)/python -m tests.bench

screens: $(VENV)/test.stamp ## Take the pictures of README and docs again (needs chromium)
	$(BIN)/python -m tests.screens

drills: $(VENV)/test.stamp ## Slow drills: many more kills, a worker stopped at every point, larger uploads
	DRILLS=1 $(BIN)/python -m pytest -q tests/drills tests/server/test_effects.py

openapi: setup ## Write openapi/openapi.json anew
	RULE12_DATA_DIR=build/openapi $(BIN)/rule12 openapi --out openapi/openapi.json

lock: ## Resolve the dependencies anew (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --extra build pyproject.toml -o .lock/run.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --extra build --extra test pyproject.toml -o .lock/test.txt

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .hypothesis *.egg-info
