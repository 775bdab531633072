.PHONY: check quick capabilities lint docs format

# Modules stay whole, so that what their tests share is computed once.
SPREAD = --numprocesses auto --maxprocesses 8 --dist loadfile

# Run-time checks of shapes take as long as the numbers: they are on where shapes are made.
SHAPED = tests/functional tests/nn tests/training
PLAIN = --jaxtyping-packages=

check: lint
	pytest -q $(SPREAD) -m shapes $(SHAPED)
	pytest -q $(SPREAD) $(PLAIN) -m "not browser and not shapes"
	# A browser on a busy machine may stall once; what fails twice is a fault.
	pytest -q $(SPREAD) --reruns 1 -m browser

quick: lint
	pytest -q $(SPREAD) $(PLAIN) -m "not browser and not slow and not pages"

# Rounding differs between processors: whatever is compared must hold on more than the machine's own.
capabilities: CAPABLE = pytest -q $(SPREAD) $(PLAIN) \
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
