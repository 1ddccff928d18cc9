# `make check` is what has to pass; everything else is a part of it. uv is taken from .uv (README) or from the PATH.
UV := $(firstword $(wildcard .uv/bin/uv) uv)
RUN := $(UV) run

# Every Python process that a test run starts measures itself, this checkout's command line included.
MEASURED := COVERAGE_PROCESS_START=$(CURDIR)/pyproject.toml COVERAGE_FILE=$(CURDIR)/.coverage

# Most tests wait for something most of the time.
TWO := -n 2 --dist loadfile

.DEFAULT_GOAL := help
.PHONY: help check static test cover gate format format-check lint types contracts lock

help: ## Show these targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "%-14s %s\n", $$1, $$2 }'

check: static cover ## Everything that has to pass: format, lint, types, import contracts, tests, coverage

static: format-check lint types contracts ## All of check that runs nothing of ours

test: ## Run the tests
	$(RUN) pytest $(TWO)

cover: ## Run the tests and hold the coverage against its gate
	rm -f .coverage .coverage.*
	$(MEASURED) $(RUN) pytest $(TWO)
	$(MAKE) --no-print-directory gate

gate: ## Judge the coverage that the last measured test run left behind
	$(RUN) coverage combine --quiet
	$(RUN) coverage report --include='workflows/*,bot/*' --fail-under=95
	$(RUN) coverage report --include='adapters/*'

format: ## Format the code
	$(RUN) ruff format
	$(RUN) ruff check --fix

format-check: ## Fail when the code is not formatted
	$(RUN) ruff format --check

lint: ## Lint
	$(RUN) ruff check

types: ## Check the types, strictly
	$(RUN) mypy

contracts: ## Check the direction of imports
	$(RUN) lint-imports

lock: ## Write requirements.lock anew: what the image installs, pinned by hash
	$(UV) pip compile pyproject.toml --quiet --python-version 3.11 --python-platform linux --generate-hashes --upgrade \
		--no-annotate --no-header --no-emit-index-url --no-emit-find-links --output-file requirements.lock
