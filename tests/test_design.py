"""The tree that DESIGN.md draws is the tree that is there."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def _drawn():
    """Return the names that the tree has under fairmoe/, a folder with its slash."""
    text = (ROOT / "DESIGN.md").read_text(encoding="utf-8")
    _, below, _ = re.split(r"^fairmoe/\n|^benchmarks/", text, maxsplit=2, flags=re.MULTILINE)
    columns = (re.split(r"\s{2,}", line.strip())[0] for line in below.splitlines() if line)
    return [name for column in columns for name in column.split()]


def test_the_tree_names_each_module_and_folder_of_the_package_once():
    there = {
        f"{path.name}/" if path.is_dir() else path.name
        for path in (ROOT / "fairmoe").iterdir()
        if path.name != "__pycache__"
    }

    assert sorted(_drawn()) == sorted(there)


def test_the_order_of_imports_is_the_contract():
    text = (ROOT / "DESIGN.md").read_text(encoding="utf-8")
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = contracts["tool"]["importlinter"]["contracts"][0]["layers"]

    assert f"`{' > '.join(layers)}`".replace("(", "").replace(")", "") in text
