.PHONY: check format

check:
	ruff format --check .
	ruff check .
	mypy
	lint-imports
	pytest -q

format:
	ruff format .
	ruff check --fix .
