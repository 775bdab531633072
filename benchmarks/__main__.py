"""`python -m benchmarks NAME [--json]`: run one benchmark and print what it measured.

A benchmark may take more; `python -m benchmarks NAME --help` lists it.
"""

import argparse
import importlib
import sys
from pathlib import Path

import torch

from benchmarks.measure import as_json, show
from fairmoe.errors import FairmoeError, InvalidInputError

MOST_CHOICES = 12
SHARED = {
    "drawing",
    "measure",
    "packaged",
    "plain_loop",
    "points",
    "protocols",
    "published",
    "tables",
}
NAMES = sorted({path.stem for path in Path(__file__).parent.glob("[a-z]*.py")} - SHARED)

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--threads", type=int, default=1, help="processor threads of torch")
    known = [name for name in sys.argv[1:2] if name in NAMES]
    module = importlib.import_module(f"benchmarks.{known[0]}") if known else None
    if hasattr(module, "add_arguments"):
        module.add_arguments(parser)
    given = vars(parser.parse_args())
    name, as_json_text = given.pop("name"), given.pop("json")
    torch.set_num_threads(given.pop("threads"))
    try:
        measured = module.measure(**given)
    except InvalidInputError as error:
        told = [f"{title}: {', '.join(shown)}" for title, shown, _ in error.values(MOST_CHOICES)]
        sys.exit("\n".join([str(error), *told]))
    except FairmoeError as error:
        sys.exit(str(error))
    if as_json_text:
        print(as_json(name, measured))  # noqa: T201
    else:
        show(name, measured)
