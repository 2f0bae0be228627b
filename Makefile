# Kefu needs Python >= 3.11 and make. Node >= 20 is used where present, otherwise a wheel brings it.
SHELL := /bin/sh
.DEFAULT_GOAL := help

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
PREPARE = $(or $(PYTHON),$(error Kefu needs Python 3.11 or newer)) -m tools.prepare
BIN := .venv/bin

LOCK = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-strip-extras \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

.PHONY: help
help: ## What can be made
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1|/' | \
		awk -F'|' '{printf "  make %-10s %s\n", $$1, $$2}'

.PHONY: demo
demo: setup web ## Set up, load the demo shop and serve it
	@$(BIN)/kefu demo load
	@KEFU_DEMO=1 exec $(BIN)/kefu serve

.PHONY: setup
setup: ## The Python packages Kefu runs on, into .venv
	@$(PREPARE) python

.PHONY: setup-dev
setup-dev: ## The same and the tools that tests need
	@$(PREPARE) python --dev

.PHONY: web
web: setup ## Build console and widget into web/dist
	@$(PREPARE) web

.PHONY: test
test: setup-dev ## What CI runs; T=tickets for one capability, PG=16 for the older PostgreSQL
	@-sh tools/system.sh
	@$(if $(PG),KEFU_TEST_PG=$(PG)) $(BIN)/python -m tools.suites $(if $(T),--only $(T))

.PHONY: check
check: setup-dev ## Format, lint, types, directions and our own lints, in seconds
	@$(BIN)/python -m tools.suites --check

.PHONY: fmt
fmt: setup-dev ## Put everything into shape
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .

.PHONY: bench
bench: setup-dev web ## Every bench, or BENCH=chat; SCALE=small finishes in 10 minutes
	@$(BIN)/python -m bench.run $(BENCH)

.PHONY: coverage
coverage: setup-dev ## Which lines no test reaches
	@$(BIN)/pytest -n auto -q --cov --cov-report=term-missing $(if $(T),kefu/$(T))

.PHONY: screens
screens: setup-dev web ## Take the pictures of docs/screens again
	@$(BIN)/python -m tools.screens

.PHONY: lock
lock: ## Lock anew what pyproject.toml and web/ ask for (needs uv)
	$(LOCK) pyproject.toml --extra build -o requirements.lock
	$(LOCK) pyproject.toml --extra build --extra dev -c requirements.lock -o requirements-dev.lock
	$(LOCK) requirements-node.in -o requirements-node.lock
	cd web && npm install --package-lock-only --omit-lockfile-registry-resolved --no-audit --no-fund

.PHONY: clean
clean: ## Remove what was built; data in var/ stays
	rm -rf web/dist web/node_modules var/stamps var/node .venv
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache htmlcov .coverage .coverage.*
