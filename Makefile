# One command does what CI does. Needs Python 3.11 or newer and make; everything else comes from the pinned requirements.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ROOMS := hub adapters audit tests

.PHONY: demo ui test check lint-odcs bench bench-standard bench-peers format lock clean
.DELETE_ON_ERROR:

demo: $(VENV)/run ## one two-hour window of real exchanges, then the changes only
	$(BIN)/hub demo

ui: $(VENV)/run ## Dagster's UI and daemon on loopback, schedules on, partners played by the sandbox
	$(BIN)/hub up --sandbox

test: $(VENV)/dev ## the whole suite
	$(BIN)/pytest -n 2

check: $(VENV)/dev lint-odcs ## format, lint, types, imports, YAML, ODCS exports
	$(BIN)/ruff format --check $(ROOMS)
	$(BIN)/ruff check $(ROOMS)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/hub check
	$(BIN)/hub mapping test
	state=$$(mktemp -d) && HUB_STATE=$$state $(BIN)/dagster definitions validate -m hub.orchestrate.location; ended=$$?; rm -rf "$$state"; exit $$ended

lint-odcs: $(VENV)/run $(VENV)/odcs/done ## every release as ODCS documents, judged by datacontract-cli; it needs no network
	out=$$(mktemp -d) && trap 'rm -rf "$$out"' EXIT && for release in contracts/*/*/; do \
	  set -- $$(echo "$$release" | tr / ' ') && $(BIN)/hub contract export "$$2@$$3" --format odcs --out "$$out/$$2-$$3" >"$$out/log" || exit; \
	done && find "$$out" -name '*.odcs.yaml' -print0 | xargs -0 -n 1 -P 2 $(VENV)/odcs/bin/datacontract lint --no-inline-references --all-errors

bench: $(VENV)/dev ## workload W1: rows per second and core, memory, against psql COPY
	$(BIN)/python -m tests.bench.window

bench-standard: $(VENV)/dev ## workload W2: one window of all 180 tables through Dagster
	$(BIN)/python -m tests.bench.standard

bench-peers: $(VENV)/dev $(VENV)/peers/done ## the same rows through dlt, and Sling where its binary is; ROWS=50000 for a short one
	$(BIN)/python -m tests.bench.peers $(VENV)/peers/bin/python $(if $(ROWS),--rows $(ROWS))

format: $(VENV)/dev
	$(BIN)/ruff format $(ROOMS)
	$(BIN)/ruff check --fix $(ROOMS)

lock: $(VENV)/dev ## pin versions and hashes anew from pyproject.toml
	$(BIN)/pip-compile -q --strip-extras --generate-hashes --allow-unsafe --no-header --no-annotate \
	  --no-emit-index-url --no-emit-find-links --no-emit-trusted-host -o requirements.txt pyproject.toml
	$(BIN)/pip-compile -q --strip-extras --generate-hashes --allow-unsafe --no-header --no-annotate --extra dev \
	  --no-emit-index-url --no-emit-find-links --no-emit-trusted-host -c requirements.txt -o requirements-dev.txt pyproject.toml

$(VENV)/run: requirements.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-index --no-build-isolation --editable .
	touch $@

$(VENV)/dev: $(VENV)/run requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements-dev.txt
	touch $@

$(VENV)/peers/done: tests/bench/requirements-peers.txt
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r $<
	touch $@

$(VENV)/odcs/done: tests/contracts/requirements-odcs.txt
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r $<
	touch $@

clean:
	rm -rf $(VENV) .hub
