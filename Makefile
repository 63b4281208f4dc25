# Everything that CI does, under the same names. Each target makes .venv if there is none, or if pyproject.toml changed.

PYTHONS := python3 python3.13 python3.12 python3.11
is_new_enough := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for each in $(PYTHONS); do $$each -c '$(is_new_enough)' 2>/dev/null && echo $$each && break; done)
UV := $(shell command -v uv 2>/dev/null)
WORKERS ?= auto
BIN := .venv/bin
# A test ends after a minute by its own timeout. One that does not even hear that says where it is, and its worker ends.
STUCK := -o faulthandler_timeout=150 -o faulthandler_exit_on_timeout=true

# Hundreds of processes load the same modules: what the first has compiled, the others need not compile again.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test test-long lint format flow crash bench bench-peers schema package clean

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 13

demo: .venv/installed-base ## Run examples/incident-response against the embedded engine
	@PATH="$(CURDIR)/$(BIN):$$PATH" examples/incident-response/demo.sh

test: .venv/installed-test ## Run the tests: no key, no network
	@$(BIN)/python -m pytest -m 'not long' -n $(WORKERS) --maxprocesses 8 --dist worksteal $(STUCK) $(ARGS)

test-long: .venv/installed-long ## Run what takes long: second times on Postgres, deaths, fuzzing, files for deployment
	@$(BIN)/python -m pytest -m long -n $(WORKERS) --maxprocesses 8 --dist worksteal $(ARGS)

lint: .venv/installed-lint ## Check style, types, imports, schemas and our own manifests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/agentops schema --check
	$(BIN)/agentops validate agents.d
	$(BIN)/agentops validate examples/incident-response/agents.d

format: .venv/installed-lint ## Let ruff mend what it can
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

flow: demo .venv/installed-test ## Run the demo, then the tests that start real processes
	@$(BIN)/python -m pytest -m 'flow or crash' $(ARGS)

crash: .venv/installed-test ## Kill servers 200 times at random under sessions on each database and under schedules, and syncs of memory
	@AGENTOPS_SYNC_RUNS=$${AGENTOPS_SYNC_RUNS:-100} $(BIN)/python -m pytest tests/memory_repo/syncing/test_under_fire.py -o timeout=900
	@AGENTOPS_STORM=$${AGENTOPS_STORM:-10000} AGENTOPS_STORM_KILLS=$${AGENTOPS_STORM_KILLS:-6} $(BIN)/python -m pytest -s tests/crash/test_delivery_storm.py
	@AGENTOPS_KILLS=$${AGENTOPS_KILLS:-200} $(BIN)/python -m pytest -s tests/crash/test_random_kills.py tests/crash/test_firing_kills.py $(ARGS)

bench: .venv/installed-bench ## Print the benchmarks: CPU seconds, peak memory, requests a second, ratios
	@$(BIN)/python -m tests.benchmarks $(ARGS)

PEERS := $(basename $(notdir $(wildcard tests/benchmarks/agents/*.txt)))
bench-peers: $(PEERS:%=build/peers/%/installed) ## Install the frameworks that `make bench ARGS=steps` compares with, each by itself

schema: .venv/installed-base ## Write schema/ from the models
	$(BIN)/agentops schema

package: ## Build the wheel and try it in an environment of its own
	@rm -rf dist build/venv
	@$(call new_venv,build/venv)
	@$(if $(UV),uv build --quiet --wheel --out-dir dist,build/venv/bin/python -m pip wheel -qq --no-deps --wheel-dir dist .)
	@$(call install,build/venv,dist/*.whl)
	@build/venv/bin/agentops version && ls dist

clean: ## Remove what the other targets made
	rm -rf .venv build dist .mypy_cache .ruff_cache .import_linter_cache .hypothesis

# --- the environment: one stamp for each set of extras -------------------------------------------------------------

.venv/installed-%: pyproject.toml | .venv/bin/python
	@echo "Installing agentops ($*) into .venv ..."
	@$(call install,.venv,--editable '.$(if $(filter base,$*),,[$*])')
	@touch $@

.venv/installed-bench: .venv/installed-test

.venv/bin/python:
	@$(call new_venv,.venv)

# One that cannot be installed is not compared with; the others are.
build/peers/%/installed: tests/benchmarks/agents/%.txt
	@echo "Installing $* into build/peers/$* ..."
	@{ $(call new_venv,build/peers/$*); $(call install,build/peers/$*,--requirement $<); } && touch $@ || rm -rf build/peers/$*

# $(call new_venv,DIRECTORY)
define new_venv
test -n "$(PYTHON)" || { echo "agentops needs Python 3.11 or newer; none of these is: $(PYTHONS). Set PYTHON=/path/to/python." >&2; exit 1; }; \
$(PYTHON) -c '$(is_new_enough)' || { echo "$(PYTHON) is not a Python 3.11 or newer. Set PYTHON=/path/to/python." >&2; exit 1; }; \
$(if $(UV),uv venv --quiet --python $(PYTHON) $(1),\
$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) cannot make virtual environments: install its venv package (on Debian: apt-get install python3-venv), or install uv." >&2; exit 1; }; \
$(PYTHON) -m venv $(1))
endef

# $(call install,DIRECTORY,ARGUMENTS)
define install
$(if $(UV),uv pip install --quiet --python $(1)/bin/python $(2),\
$(1)/bin/python -m pip install -qq --disable-pip-version-check $(2))
endef
