"""What griffe, which reads the docstrings for the site, is told beforehand."""

from typing import Any

import griffe


class Docstrings(griffe.Extension):
    """Shows the doctests under "Example:" as code, and each formula on a line of its own."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Write an object's docstring as griffe and Markdown expect it."""
        if obj.docstring is not None:
            text = obj.docstring.value.replace("\nExample:\n", "\nExamples:\n")
            obj.docstring.value = text.replace("$$\n$$", "$$\n\n$$")
