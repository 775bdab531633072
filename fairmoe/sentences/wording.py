"""How figures, names and chance are put into words, everywhere alike."""

import math
import re
from collections.abc import Sequence
from typing import cast

from fairmoe.names import INSUFFICIENT, MODELS, Model

SIGNIFICANT = 0.05
"""A p-value up to this is called statistically significant."""

COULD_BE_CHANCE = "could be chance"

P_VALUE_EXPLAINED = (
    "The p-value is how often groups drawn at random differ as much. Up to "
    f"{SIGNIFICANT:g} a difference is called statistically significant."
)

LOG_ODDS = "Log-odds are the score behind a probability: 0 stands for 50%, +1 for 73%, −1 for 27%."


def p_value(p: float) -> str:
    """Return a p-value as a reader sees it.

    Example:
        >>> p_value(0.0005), p_value(0.0421), p_value(float("nan"))
        ('p < 0.001', 'p = 0.042', 'insufficient data')
    """
    if math.isnan(p):
        return INSUFFICIENT
    return "p < 0.001" if p < 0.001 else f"p = {p:.2g}"


def significance(p: float, what: str, *, of: str = "") -> str:
    """Say whether something may be chance, the one wording of it everywhere.

    Args:
        p: The p-value, in [0, 1].
        what: That which was tested, a noun.
        of: What the p-value is of, if others of the same figures stand near.

    Example:
        >>> significance(0.021, "gap")
        'The gap is statistically significant (p = 0.021).'
        >>> significance(0.22, "gap")
        'The gap is not statistically significant (p = 0.22); with more data one may show.'
    """
    told = f"{p_value(p)}, {of}" if of else p_value(p)
    if p <= SIGNIFICANT:
        return f"The {what} is statistically significant ({told})."
    return f"The {what} is not statistically significant ({told}); with more data one may show."


def listed_people(counted: Sequence[str], people: Sequence[object]) -> list[str]:
    """Return counts with whom they count; people with a value are called so once in a row.

    Args:
        counted: Such as "2 more".
        people: Such as "women", or "people with sex = f".

    Example:
        >>> listed_people(["2 more", "1 more"], ["people with sex = f", "people with sex = m"])
        ['2 more people with sex = f', '1 more with sex = m']
        >>> listed_people(["1 more", "2 more"], ["people with sex = f", "men"])
        ['1 more person with sex = f', '2 more men']
        >>> listed_people(["1 more", "1 fewer"], ["women", "boys"])
        ['1 more woman', '1 fewer of the boys']
    """
    told, called = [], False
    for count, noun in zip(counted, map(str, people), strict=True):
        of_value = re.match("people (?=with |in )", noun)
        if of_value and called:
            told.append(f"{count} {noun[of_value.end() :]}")
        elif re.fullmatch("1( more| fewer)?", count):
            told.append(f"{count} {_one_of(noun)}")
        else:
            told.append(f"{count} {noun}")
        called = of_value is not None
    return told


def _one_of(people: str) -> str:
    """Return what one of a group's people is called."""
    one = re.sub(r"\b(wo)?men$", r"\1man", re.sub("^people ", "person ", people))
    return one if one != people else f"of the {people}"


def verb_of(counted: Sequence[str], one: str, many: str) -> str:
    """Return the verb of those who are counted, as `listed_people` takes the counts.

    Example:
        >>> verb_of(["1 more"], "gets", "get"), verb_of(["1 more", "1 fewer"], "gets", "get")
        ('gets', 'get')
    """
    return one if len(counted) == 1 and counted[0].split()[0] == "1" else many


def may_be_chance(low: float, high: float) -> str:
    """Say that a difference could be chance, beside its figure.

    Args:
        low: The lower end of its interval.
        high: The upper end.

    Returns:
        Nothing if the interval leaves out 0.

    Example:
        >>> may_be_chance(-0.01, 0.04), may_be_chance(0.01, 0.04)
        ('could be chance', '')
    """
    return "" if low > 0 or high < 0 else COULD_BE_CHANCE


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


def in_a_sentence(label: str) -> str:
    """Return a label as it stands within a sentence; abbreviations keep their capitals.

    Example:
        >>> in_a_sentence("Result gap"), in_a_sentence("DP gap")
        ('result gap', 'DP gap')
    """
    return label if label[:2].isupper() else label[0].lower() + label[1:]


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


def more_groups(groups: int, named: int) -> str:
    """Return what follows a list that names some groups of many; nothing if it names all.

    Example:
        >>> more_groups(9, 8), more_groups(12, 8), more_groups(8, 8)
        ('; 1 more group is in the table', '; 4 more groups are in the table', '')
    """
    left = groups - named
    if left <= 0:
        return ""
    return f"; {left} more group{'s are' if left > 1 else ' is'} in the table"
