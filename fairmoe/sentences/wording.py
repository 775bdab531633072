"""How figures, names and chance are put into words, everywhere alike."""

from collections.abc import Sequence
from typing import cast

from fairmoe.names import MODELS, Model


def drawn_from(name: str, rows: int, split: str, seed: int) -> str:
    """Say what a figure is drawn from.

    Example:
        >>> drawn_from("people.csv", 1000, "test", 7)
        'people.csv, 1,000 test rows, seed 7.'
    """
    return f"{name or 'Unnamed table'}, {rows:,} {split} rows, seed {seed}."


def listed(names: Sequence[str], most: int = 6) -> str:
    """Return names as a sentence lists them.

    Example:
        >>> listed(["a"]), listed(["a", "b", "c"]), listed(["a", "b", "c"], most=2)
        ('a', 'a, b and c', 'a, b and 1 more')
    """
    shown = [*names[:most], *([f"{len(names) - most} more"] if len(names) > most else [])]
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def the_model(model: object) -> str:
    """Return a model as a sentence speaks of it.

    Args:
        model: A key of `fairmoe.names.MODELS`.

    Example:
        >>> the_model("utility"), the_model("constant")
        ('the utility expert', 'the constant')
    """
    return f"the {MODELS[cast('Model', model)].lower()}"


def capitalised(text: str) -> str:
    """Return a text as it begins a sentence."""
    return text[:1].upper() + text[1:]
