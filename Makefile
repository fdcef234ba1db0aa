# make help lists what can be done here. Every target sets up what it needs and is quick the second time.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run demo test test-long soak check fix bench lock assets translations messages migration wheel clean

BIN := .venv/bin
APP := $(BIN)/supplier-quality
PYTEST = TEST_POSTGRES_URL="$$(cat .setup/postgres.url)" $(BIN)/python -m pytest
PORT ?= 8000
# Where this is set, each of the many processes that tests and commands start would compile the product anew.
unexport PYTHONDONTWRITEBYTECODE
SOAK_MINUTES ?= 60

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r name words; do printf '  make %-14s %s\n' "$$name" "$$words"; done

# Links in mails lead to where the product is then found.
run: export BASE_URL ?= http://localhost:$(PORT)
run: ## Set up, fill with demo data once, and serve on localhost:8000
	@.ci/setup run
	@$(APP) upgrade >&2
	@$(APP) demo --if-empty >&2
	@exec $(APP) serve --port $(PORT)

demo: ## Fill an empty installation with a company to try the product on
	@.ci/setup run
	@$(APP) upgrade >&2
	@$(APP) demo

test: ## Run the tests, all but the long ones, on SQLite and PostgreSQL
	@.ci/setup test
	@$(PYTEST) -m "not long" -n auto $(ARGS)

test-long: ## Run the long tests: faults, races, browsers, the built package
	@.ci/setup test
	@$(PYTEST) -m long -n 3 --timeout=600 $(ARGS)

soak: ## Repeat the long tests for SOAK_MINUTES (60), each round with other random choices
	@.ci/setup test
	@end=$$(( $$(date +%s) + $(SOAK_MINUTES) * 60 )); round=1; while [ $$(date +%s) -lt $$end ]; do \
	  echo "Round $$round"; FULL_COUNTS=1 $(PYTEST) -m long -n 2 --timeout=900 -x -q --hypothesis-seed=$$RANDOM || exit 1; round=$$((round + 1)); done

check: ## Style, types, import contracts, translations, generated documents; changes nothing
	@.ci/setup check
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --config setup.cfg
	@$(BIN)/python docs/generate.py --check
	@$(BIN)/python -m pytest -q -n auto tests/architecture -m "not long"

fix: ## Mend style and order of imports, redraw generated documents
	@.ci/setup check
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@$(BIN)/python docs/generate.py

bench: ## Measure against the references and print the ratios
	@.ci/setup test
	@TEST_POSTGRES_URL="$$(cat .setup/postgres.url)" $(BIN)/python -m benchmarks $(ARGS)

lock: ## Choose the newest allowed versions of all packages and fix them with their hashes
	@.ci/lock

assets: ## Install the browser assets
	@.ci/setup assets

translations: ## Compile the translations
	@.ci/setup translations

messages: ## Bring the catalogues of translations up to date with the texts in the code
	@.ci/setup check
	@$(BIN)/python -m tests.architecture.catalogues --update

migration: ## Draft the next migration from the models: make migration NAME=add_notes
	@.ci/setup check
	@test -n "$(NAME)" || { echo "Give it a name: make migration NAME=add_notes" >&2; exit 2; }
	@$(BIN)/python -m migrations.draft $(NAME)

wheel: ## Build the installable package into dist/
	@.ci/setup check
	@$(BIN)/python -m build --no-isolation --wheel --outdir dist .

clean: ## Remove what was set up and built; data/ stays
	@rm -rf .venv .setup node_modules build dist supplier_quality/static/vendor .mypy_cache .ruff_cache .pytest_cache
