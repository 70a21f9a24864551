# costcalc: `make run` serves the product, `make test` tests it. README.md says what can be configured.
PY := .venv/bin/python
LOCK := .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock"
TESTS ?= tests

.PHONY: run test test-postgres lint format bench lock messages screenshot clean

run:
	@sh .ci/install .venv requirements.lock
	@exec $(PY) manage.py serve

test: environment
	@sh .ci/chromium
	@sh .ci/libreoffice
	@sh .ci/tools
	@$(PY) manage.py translations compile
	@$(PY) -m pytest -q -n auto --dist worksteal $(TESTS)

test-postgres: environment
	@sh .ci/chromium
	@sh .ci/libreoffice
	@sh .ci/tools
	@$(PY) manage.py translations compile
	@sh .ci/postgres $(PY) -m pytest -q -n auto --dist worksteal $(TESTS)

lint: environment
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	.venv/bin/lint-imports --no-logo
	$(PY) -m mypy
	.venv/bin/djlint templates --lint --quiet
	$(PY) manage.py translations check

format: environment
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

# Peers of the benchmarks live in environments of their own, never in the product's.
bench:
	@sh .ci/nginx
	@sh .ci/install .venv-bench requirements-bench.lock
	@sh .ci/install .venv-peers requirements-peers.lock
	@.venv-bench/bin/python -m tests.bench

lock: environment
	$(LOCK) $(UPGRADE) pyproject.toml -o requirements.lock
	$(LOCK) $(UPGRADE) pyproject.toml --group test -c requirements.lock -o requirements-test.lock
	$(LOCK) $(UPGRADE) pyproject.toml --group bench -c requirements.lock -o requirements-bench.lock
	$(LOCK) $(UPGRADE) --group peers -o requirements-peers.lock

messages: environment
	$(PY) manage.py translations extract

screenshot: environment
	@sh .ci/chromium
	@$(PY) manage.py translations compile
	$(PY) -m tests.screenshot

.PHONY: environment
environment:
	@sh .ci/install .venv requirements-test.lock

clean:
	rm -rf .venv .venv-bench .venv-peers .cache .data/static .data/generated
