"""Prints the lowest versions that the package claims to work with, as constraints for pip.

`python tests/lowest.py > lowest.txt`, then `pip install -c lowest.txt -e .` in an environment of
its own, and there the tests.
"""

import re
import tomllib
from pathlib import Path

PROJECT = Path(__file__).parents[1] / "pyproject.toml"
ANY_BUILD = "torch"
"""Its lowest version comes with gigabytes for a GPU, where there is no other index."""


def lowest_versions() -> dict[str, str]:
    """Return the least version of each package that the project needs, by name."""
    needed = tomllib.loads(PROJECT.read_text("utf-8"))["project"]["dependencies"]
    pairs = [re.match(r"([\w-]+)>=([\d.]+)", each) for each in needed]
    assert all(pairs), "each dependency states its lowest version"
    return {pair[1]: pair[2] for pair in pairs if pair and pair[1] != ANY_BUILD}


if __name__ == "__main__":
    for name, version in lowest_versions().items():
        print(f"{name}=={version}")  # noqa: T201
