.PHONY: check quick lint docs format

# Modules stay whole, so that what their tests share is computed once.
SPREAD = --numprocesses auto --maxprocesses 8 --dist loadfile

check: lint
	pytest -q $(SPREAD) -m "not browser"
	pytest -q -m browser

quick: lint
	pytest -q $(SPREAD) -m "not browser and not slow"

lint:
	ruff format --check .
	ruff check .
	mypy
	lint-imports

docs:
	NO_MKDOCS_2_WARNING=1 mkdocs build

format:
	ruff format .
	ruff check --fix .
