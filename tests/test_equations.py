"""Every numbered equation is written in the package and checked by a test."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
NUMBERED = set(range(1, 48))


def _tagged(text: str) -> set[int]:
    return {int(number) for number in re.findall(r"\\tag\{(\d+)\}", text)}


def _marked(text: str) -> set[int]:
    return set(_numbers_of_marks(ast.parse(text)))


def _numbers_of_marks(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.equation":
            yield from map(ast.literal_eval, node.args)


def _over(folder: str, found_in) -> set[int]:
    texts = (path.read_text(encoding="utf-8") for path in (ROOT / folder).rglob("*.py"))
    return set().union(*map(found_in, texts))


def test_tags_are_read_as_whole_numbers():
    assert _tagged(r"a \tag{4} and \tag{41}, not tag{7} or \tag{x}") == {4, 41}


def test_marks_are_read_wherever_they_stand_and_may_name_several():
    text = """
import pytest
pytestmark = [pytest.mark.equation(5)]
@pytest.mark.equation(1, 2)
def test_a(): "pytest.mark.equation(9)"
class TestB:
    @pytest.mark.equation(3)
    @pytest.mark.browser
    def test_c(self): ...
"""
    assert _marked(text) == {1, 2, 3, 5}


@pytest.mark.parametrize(
    ("folder", "found_in"), [("fairmoe", _tagged), ("tests", _marked)], ids=["written", "checked"]
)
def test_every_equation_is(folder, found_in):
    numbers = _over(folder, found_in)

    assert sorted(NUMBERED - numbers) == []
    assert sorted(numbers - NUMBERED) == []
