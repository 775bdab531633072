"""What a session has asked and drawn before, so that it is computed once, and in its turn."""

import hashlib
import secrets
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from fairmoe.ui.frame.person import Person
from fairmoe.ui.frame.process import turns

if TYPE_CHECKING:
    from fairmoe.runs import Run

T = TypeVar("T")

_NOTHING = object()
MOST_ANSWERS = 64
MOST_FIGURES = 64


@dataclass
class Answers:
    """Answers and figures by what they depend on, the longest unasked first.

    Attributes:
        owner: The secret by which the job registry knows this session.
        person: Whose it is, as far as that can be told.
        tabs: By what Streamlit knows the tabs that were drawn of this session.
    """

    owner: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    person: Person = field(default_factory=Person)
    tabs: set[str] = field(default_factory=set)
    _answers: dict[tuple[Hashable, ...], Any] = field(default_factory=dict)
    _figures: dict[tuple[Hashable, ...], Any] = field(default_factory=dict)
    _predictions: dict[str, str] = field(default_factory=dict)

    def forget_answers(self) -> None:
        """Let go of what was computed and drawn, to be computed and drawn again when asked for."""
        self._answers, self._figures = {}, {}

    def tell_of(self, run: "Run") -> None:
        """Let go of all answers, if they may be of another run with the id of this one.

        The same settings have the same id on all machines and with all versions, where the same
        training ends a little elsewhere; such a run may be shipped, or in a project.
        """
        told = hashlib.sha256()
        for split in run.splits.values():
            told.update(split.proba["mixture"].tobytes())
        if self._predictions.setdefault(run.run_id, told.hexdigest()) != told.hexdigest():
            self.forget_answers()
            self._predictions[run.run_id] = told.hexdigest()

    def once(self, key: tuple[Hashable, ...], answer: Callable[[], T]) -> T:
        """Return what `answer` returns, computed at the first asking only, and in its turn.

        Args:
            key: Names the question and all that decides its answer, such as a run's id.
            answer: Computes it; beyond `MOST_ANSWERS` the longest unasked are forgotten.

        Raises:
            UnavailableError: Too many analyses wait, or it takes too long.
        """
        return _once(self._answers, key, lambda: self.in_turn(answer), MOST_ANSWERS)

    def in_turn(self, answer: Callable[[], T]) -> T:
        """Return what `answer` returns, computed when it is the turn of this person.

        Raises:
            UnavailableError: Too many analyses wait, or it takes too long.
        """
        with turns().take(self.person.name or self.owner):
            return answer()

    def drawn(self, key: tuple[Hashable, ...], draw: Callable[[], T]) -> T:
        """Return the figure that `draw` returns, drawn at the first asking only.

        Figures are kept apart from answers, for they are many and quick to draw again.

        Args:
            key: Names the figure and all that it is drawn from, such as a run's id.
            draw: Draws it; beyond `MOST_FIGURES` the longest unasked are forgotten.
        """
        return _once(self._figures, key, draw, MOST_FIGURES)


def _once(
    known: dict[tuple[Hashable, ...], Any],
    key: tuple[Hashable, ...],
    make: Callable[[], T],
    most: int,
) -> T:
    # Two tabs may ask at once, so nothing rests on what was there a moment ago.
    found: Any = known.pop(key, _NOTHING)
    if found is _NOTHING:
        found = make()
    known[key] = found
    while len(known) > most:
        known.pop(next(iter(tuple(known))), None)
    answer: T = found
    return answer
