"""`python -m benchmarks NAME [--json]`: run one benchmark and print what it measured."""

import argparse
import importlib
from pathlib import Path

import torch

from benchmarks.measure import as_json, show

SHARED = {"measure", "tables"}
NAMES = sorted({path.stem for path in Path(__file__).parent.glob("[a-z]*.py")} - SHARED)

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--threads", type=int, default=1, help="processor threads of torch")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    measured = importlib.import_module(f"benchmarks.{given.name}").measure()
    if given.json:
        print(as_json(given.name, measured))  # noqa: T201
    else:
        show(given.name, measured)
