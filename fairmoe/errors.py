"""The errors that fairmoe raises on purpose."""

import copyreg
import difflib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any


class FairmoeError(Exception):
    """Base of every error that fairmoe raises on purpose."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Have pickle bring it back as it is: errors with arguments of their own cannot be called.

        What was told would become what is needed.
        """
        return copyreg.__newobj__, (type(self), *self.args), dict(vars(self))  # type: ignore[attr-defined]


class InvalidInputError(FairmoeError, ValueError):
    """Something that the user gave and can mend.

    The text names columns and row numbers, never the values of cells, so that it can be logged.
    Values travel beside it, in `choices` and `about`; the page and the shell show them, a log does
    not.

    Args:
        needed: What is needed, as the beginning of a sentence.
        however: What came instead.
        remedy: What to do, as a sentence of its own.
        choices: The values that would have been accepted.
        about: The values that are at fault.

    Example:
        >>> error = InvalidInputError(
        ...     "The target needs two classes", however="column 'hired' has one",
        ...     remedy="Choose another target.")
        >>> print(error)
        The target needs two classes; however, column 'hired' has one. Choose another target.
    """

    def __init__(
        self,
        needed: str,
        *,
        however: str = "",
        remedy: str = "",
        choices: Sequence[str] = (),
        about: Sequence[str] = (),
    ) -> None:
        self.choices = tuple(choices)
        self.about = tuple(about)
        sentence = f"{needed}; however, {however}." if however else f"{needed}."
        super().__init__(f"{sentence} {remedy}".strip())

    def values(self, max_values: int) -> Iterator[tuple[str, tuple[str, ...], int]]:
        """Yield a title of some values, the first `max_values` of them, and how many follow."""
        for title, values in (("Possible", self.choices), ("Concerned", self.about)):
            if values:
                yield title, values[:max_values], max(0, len(values) - max_values)


def nearest_first(word: object, choices: Iterable[str]) -> tuple[str, ...]:
    """Return the choices in their order, but first those that are spelt nearly like a word.

    Example:
        >>> nearest_first("Lamda_fair", ["hidden", "lambda_rep", "lambda_fair"])
        ('lambda_fair', 'lambda_rep', 'hidden')
    """
    choices = tuple(choices)
    folded = [choice.casefold() for choice in choices]
    near = difflib.get_close_matches(str(word).casefold(), folded)
    first = [choices[folded.index(each)] for each in near]
    return tuple(dict.fromkeys([*first, *choices]))


class CancelledError(FairmoeError):
    """A long piece of work was asked to stop, and stopped before it kept anything."""


class UnavailableError(FairmoeError):
    """Something outside the program (a network, a device, a browser) could not be had."""
