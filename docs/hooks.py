"""What MkDocs asks of us: pictures, pages that are read from the code, and formulas as MathML."""

import ast
import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from latex2mathml.converter import convert

import fairmoe

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ("*.png", "*.svg")
_ONE_OBJECT = """\
    options:
      members: false
      show_root_heading: false
      show_root_toc_entry: false
"""
_TAG = re.compile(r"\\tag\{(\d+)\}")
_FORMULA = re.compile(r'<(span|div) class="arithmatex">\\([(\[])(.+?)\\[)\]]</\1>', re.DOTALL)


def on_files(files: Any, config: Any) -> Any:
    """Add the pictures, which lie beside the folder of the pages, and a page to begin at."""
    from mkdocs.structure.files import File  # noqa: PLC0415 - MkDocs is there when this is called

    for pattern in PICTURES:
        for path in sorted((ROOT / "assets").glob(pattern)):
            files.append(File.generated(config, f"assets/{path.name}", abs_src_path=str(path)))
    begin = '<meta http-equiv="refresh" content="0; url=guide/">\n\n[Guide](guide.md)\n'
    files.append(File.generated(config, "index.md", content=begin))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Point to the pictures on the site, and write out what is read from the code."""
    markdown = markdown.replace("](../assets/", "](assets/")
    markdown = markdown.replace("<!-- equations -->", "\n".join(_equations()))
    return markdown.replace("<!-- public names -->", "\n".join(_public_names()))


def on_page_content(content: str, **_: Any) -> str:
    """Turn formulas into MathML, which browsers draw by themselves."""
    return _FORMULA.sub(_drawn, content)


def _drawn(found: re.Match[str]) -> str:
    tex = _TAG.sub(r"\\qquad (\1)", html.unescape(found[3]))
    return convert(tex, display="block" if found[2] == "[" else "inline")


def _public_names() -> Iterator[str]:
    for name in fairmoe.__all__:
        yield f"::: fairmoe.{name}\n"


def _equations() -> Iterator[str]:
    for numbers, path in sorted(_stated()):
        listed = ", ".join(f"({number})" for number in numbers)
        yield f"### {listed}: `{path.rpartition('.')[2]}`\n\n::: {path}\n{_ONE_OBJECT}"


def _stated() -> Iterator[tuple[tuple[int, ...], str]]:
    """Yield the numbers and the path of whatever states equations in its docstring."""
    for path in (ROOT / "fairmoe").rglob("*.py"):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        yield from _stated_in(ast.parse(path.read_text(encoding="utf-8")), module)


def _stated_in(node: ast.AST, path: str) -> Iterator[tuple[tuple[int, ...], str]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.ClassDef):
            inner = f"{path}.{child.name}"
            numbers = tuple(sorted(map(int, _TAG.findall(ast.get_docstring(child) or ""))))
            if numbers:
                yield numbers, inner
            yield from _stated_in(child, inner)
