.PHONY: check quick capabilities lint docs format

# Modules stay whole, so that what their tests share is computed once.
SPREAD = --numprocesses auto --maxprocesses 8 --dist loadfile

check: lint
	pytest -q $(SPREAD) -m "not browser"
	pytest -q $(SPREAD) -m browser

quick: lint
	pytest -q $(SPREAD) -m "not browser and not slow"

# Rounding differs between processors: whatever is compared must hold on more than the machine's own.
# Without the run-time checks of shapes, which take as long as the numbers.
capabilities: CAPABLE = pytest -q $(SPREAD) -o addopts="--strict-markers --import-mode=importlib" \
	  -k "not takes_the_memory and not (functional and slow)"
capabilities:
	ATEN_CPU_CAPABILITY=default $(CAPABLE) tests/functional tests/nn tests/training
	ATEN_CPU_CAPABILITY=avx2 $(CAPABLE) tests/sweep/test_recommendation.py \
	  tests/training/test_train.py tests/training/test_thresholds.py tests/training/test_gate.py

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
