"""Turns each word of direction and each comparison in `fairmoe.sentences` round.

    python -m tests.mutate_sentences [module ...]

It is run by hand where sentences are added: each of its changes has to make the module's own tests
in `tests/sentences` fail.
What it prints are those that did not, and its exit status is how many they are.
"""

import ast
import contextlib
import importlib
import importlib.machinery
import io
import itertools
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "fairmoe" / "sentences"
OPTIONS = ("-qx", "-p", "no:cacheprovider", "-o", "addopts=--import-mode=importlib", "-W", "ignore")
PAIRS = (
    ("larger", "smaller"),
    ("largest", "smallest"),
    ("more", "less"),
    ("most", "least"),
    ("higher", "lower"),
    ("highest", "lowest"),
    ("above", "below"),
    ("better", "worse"),
    ("best", "worst"),
    ("good", "bad"),
    ("for", "against"),
    ("yes", "no"),
    ("with", "without"),
    ("alike", "differently"),
    ("ahead of", "behind"),
    ("before", "after"),
    ("first", "last"),
    ("up", "down"),
    ("at most", "at least"),
    ("wrongly", "rightly"),
    ("equal", "unequal"),
    ("all", "none"),
    ("always", "never"),
    ("everyone", "no one"),
    ("can", "cannot"),
    ("do", "do not"),
    ("does", "does not"),
    ("has", "has not"),
    ("have", "have not"),
    ("is", "is not"),
    ("are", "are not"),
    ("can be", "cannot be"),
)
OPPOSITES = {ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt}
ONE_WAY = {"fewer": "more", "fewest": "most", "nobody": "everyone", "nothing": "everything"}
TURNED = {word: other for pair in PAIRS for word, other in (pair, pair[::-1])} | ONE_WAY
WORD = re.compile(
    r"(?<!\w)(" + "|".join(sorted(TURNED, key=len, reverse=True)) + r")(?!\w)", re.IGNORECASE
)


def texts_of(tree: ast.Module) -> Iterator[ast.Constant]:
    """Yield the texts of a module that are no docstrings."""
    told = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef)
        and isinstance(node.body[0], ast.Expr)
    }
    for body in (node.body for node in ast.walk(tree) if isinstance(node, ast.Module)):
        told |= {id(each.value) for each in body if isinstance(each, ast.Expr)}
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and id(node) not in told:
            yield node


def turned(source: str) -> Iterator[tuple[str, ast.Module]]:
    """Yield each change in words, and the module with it."""
    for place, text in enumerate(texts_of(ast.parse(source))):
        for match in WORD.finditer(text.value):
            tree = ast.parse(source)
            own = list(texts_of(tree))[place]
            start, end = match.span()
            own.value = f"{text.value[:start]}{TURNED[match[0].lower()]}{text.value[end:]}"
            yield f"line {text.lineno}: {text.value!r}, {match[0]!r} turned", tree


def reversed_comparisons(source: str) -> Iterator[tuple[str, ast.Module]]:
    """Yield each comparison that is turned into its opposite, and the module with it."""
    compared = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Compare) and type(node.ops[0]) in OPPOSITES
    ]
    for place, found in enumerate(compared):
        tree = ast.parse(source)
        own = [
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.Compare) and type(node.ops[0]) in OPPOSITES
        ][place]
        own.ops[0] = OPPOSITES[type(own.ops[0])]()
        yield f"line {found.lineno}: {ast.unparse(found)!r} reversed", tree


def passes_with(path: Path, tree: ast.Module) -> bool:
    """Return whether the tests pass in a process of their own in which a module is another."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    code = compile(tree, str(path), "exec")
    as_it_is = importlib.machinery.SourceFileLoader.get_code
    importlib.machinery.SourceFileLoader.get_code = lambda loader, name: (
        code if loader.path == str(path) else as_it_is(loader, name)
    )
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        status = pytest.main([*OPTIONS, str(ROOT / "tests" / "sentences" / f"test_{path.stem}.py")])
    os._exit(int(status))


def main(names: list[str]) -> int:
    """Turn all words of some modules, or of all, and return how many changes went unnoticed."""
    # What takes long to import and is not changed is imported once.
    for module in ("fairmoe.experiment", "fairmoe.figures.tables", "tests.conftest"):
        importlib.import_module(module)
    assert not [name for name in sys.modules if name.startswith("fairmoe.sentences")]
    tried, unnoticed = 0, []
    for path in sorted(FOLDER.glob("*.py")):
        if path.stem == "__init__" or (names and path.stem not in names):
            continue
        source = path.read_text(encoding="utf-8")
        if not passes_with(path, ast.parse(source)):
            sys.exit("The tests fail as it is.")
        for change, tree in itertools.chain(turned(source), reversed_comparisons(source)):
            tried += 1
            if passes_with(path, tree):
                unnoticed.append(f"{path.stem}, {change}")
                print(unnoticed[-1], flush=True)  # noqa: T201
    print(f"{tried} changes, {len(unnoticed)} unnoticed")  # noqa: T201
    return len(unnoticed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
