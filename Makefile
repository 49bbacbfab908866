# Sala. `make run` starts it with a demo room; `make test` sets up and tests; `make` alone runs the whole gate.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
SOURCES = apps media_core data sala_verify tests bench serve.py
PIP = $(BIN)/python -m pip install --quiet --disable-pip-version-check
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: check run test test-all format types-js chromium firefox libreoffice coturn postgresql fuzz bench-room bench-forward bench-join bench-convert bench-screen bench-attendance bench-console bench-session bench-loss bench-moments notebooks lock clean

check: $(VENV)/.installed-dev
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/mypy $(SOURCES)
	$(MAKE) types-js test

run: $(VENV)/.installed
	$(BIN)/python serve.py --demo $(ARGS)

test: $(VENV)/.installed-dev chromium firefox libreoffice postgresql coturn
	node --test tests/js/*.test.js
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow and not browser" $(ARGS) || [ $$? = 5 ]
	$(BIN)/python -m pytest -m "browser and not slow" $(ARGS) || [ $$? = 5 ]  # one after the other: each is many processes itself

# The tests on every interpreter at hand, each in an environment of its own.
PYTHONS ?= python3.11 python3.12 python3.13
test-all:
	for python in $(PYTHONS); do \
	  version=$$($$python -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || { echo "$$python: not at hand"; continue; }; \
	  echo "== Python $$version"; $(MAKE) PYTHON=$$python VENV=.venv-$$version test || exit 1; \
	done

$(VENV)/.installed: requirements.lock
	sh tools/venv.sh $(PYTHON) $(VENV)
	$(PIP) -r requirements.lock
	touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.lock
	$(PIP) -r requirements-dev.lock
	touch $@

chromium: $(VENV)/.installed-dev
	VENV=$(VENV) sh tools/chromium.sh

firefox:
	sh tools/firefox.sh

libreoffice:
	sh tools/libreoffice.sh

coturn:
	sh tools/coturn.sh

postgresql:
	sh tools/postgresql.sh

types-js: $(VENV)/.installed-dev
	npm ci --silent --no-audit --no-fund
	npx tsc --noEmit

format: $(VENV)/.installed-dev
	$(BIN)/ruff format $(SOURCES)
	$(BIN)/ruff check --fix $(SOURCES)

# Figures. Each prints one last line with its bar and ends with 1 above it.
bench-join: $(VENV)/.installed-dev chromium
	$(BIN)/python -m bench.bench_join

bench-convert: $(VENV)/.installed-dev libreoffice
	$(BIN)/python -m bench.bench_convert

bench-screen: $(VENV)/.installed-dev chromium
	$(BIN)/python -m bench.bench_screen

bench-attendance: $(VENV)/.installed-dev
	$(BIN)/python -m bench.bench_attendance

bench-console: $(VENV)/.installed-dev chromium
	$(BIN)/python -m bench.bench_console

# Pictures through a relay that loses packets.
bench-loss: $(VENV)/.installed-dev chromium
	$(BIN)/python -m bench.bench_loss

# How soon a turned page, an end of a right, a new network are so for everybody.
bench-moments: $(VENV)/.installed-dev chromium
	$(BIN)/python -m bench.bench_moments

# 500 viewers of a tender session and 50 with media; ARGS="--viewers 100" for fewer.
bench-session: $(VENV)/.installed-dev
	$(BIN)/python -m bench.session $(ARGS)

# The .ipynb files, with clean outputs, from their sources.
notebooks: $(VENV)/.installed-dev
	$(BIN)/jupytext --quiet --to ipynb notebooks/*.py

bench-compose: $(VENV)/.installed-dev
	$(BIN)/python -m bench.bench_compose

bench-crash: $(VENV)/.installed-dev
	$(BIN)/python -m bench.bench_crash

# Three browsers for a minute, and a conference in which nobody pressed the button.
test-recording: $(VENV)/.installed-dev chromium
	$(BIN)/python -m pytest -m slow tests/browser/test_recording.py $(ARGS)

# Four cameras and 300 listeners for a minute.
bench-room: $(VENV)/.installed-dev
	sh tools/janus.sh var/janus
	$(BIN)/python -m bench.bench_large_room --folder var/janus $(ARGS)

# Changed samples of everything that strangers and members send; ARGS="--seconds 600" for longer.
fuzz: $(VENV)/.installed-dev
	$(BIN)/python -m tests.fuzz $(ARGS)

# Sala's worker against a tuned Janus, which the script sets up; as root it installs what is missing.
bench-forward: $(VENV)/.installed-dev
	sh tools/janus.sh var/janus
	$(BIN)/python -m bench.forward --folder var/janus $(ARGS)

# Needs uv; run it after a change of pyproject.toml.
lock:
	uv pip compile pyproject.toml --universal --python-version 3.11 --no-header --no-emit-index-url -o requirements.lock
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --no-header --no-emit-index-url -c requirements.lock -o requirements-dev.lock
	uv pip compile pyproject.toml --extra notebooks --universal --python-version 3.11 --no-header --no-emit-index-url -c requirements-dev.lock -o requirements-notebooks.lock

clean:
	rm -rf $(VENV) node_modules
