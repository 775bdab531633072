"""`python -m benchmarks NAME`: run one benchmark and print what it measured as JSON."""

import importlib
import json
import platform
import sys
from pathlib import Path

import torch

NAMES = sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py"))

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in NAMES:
        sys.exit(f"One benchmark is needed: {', '.join(NAMES)}.")
    machine = {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
    }
    measured = importlib.import_module(f"benchmarks.{sys.argv[1]}").measure()
    print(json.dumps({"benchmark": sys.argv[1], "machine": machine, **measured}, indent=2))  # noqa: T201
