"""One model of a run on the rows of one split: its rates and tested gaps, by group."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from fairmoe.data.people import people_of
from fairmoe.figures.decisions import MOST_GROUPS
from fairmoe.names import MODELS, Model, SplitName
from fairmoe.ui.frame.state import Session
from fairmoe.ui.understand.results import describe

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fairmoe.metrics import Gap
    from fairmoe.runs import Run


@dataclass(frozen=True, eq=False)
class Judged:
    """One model of a run, on the rows of one split.

    Attributes:
        run: The run.
        split: The split.
        model: The model.
        rates: As `fairmoe.metrics.group_rates` returns it.
        gaps: As `fairmoe.metrics.largest_gaps` returns them.
    """

    run: "Run"
    split: SplitName
    model: "Model"
    rates: pd.DataFrame
    gaps: "dict[str, Gap]"

    @property
    def people(self) -> dict[str, str]:
        """How a sentence speaks of the people of each group."""
        return people_of(self.run.data.groups, self.run.roles)

    @property
    def key(self) -> str:
        """Tells it from others in the keys of widgets."""
        return f"{self.split}-{self.model}"

    @property
    def meaning(self) -> "tuple[tuple[str, str], bool | None]":
        """What both outcomes are called, the positive first, and whether that one is good."""
        return self.run.data.words, self.run.roles.target.favourable

    @property
    def source(self) -> str:
        """What figures of it are drawn from."""
        return f"{MODELS[self.model]}; {describe(self.run, self.split)}"

    @property
    def source_of_curves(self) -> str:
        """The same, for figures that draw the largest groups only."""
        many = len(self.rates)
        some = f" Of {many} groups the {MOST_GROUPS} largest are drawn."
        return f"{self.source}{some if many > MOST_GROUPS else ''}"

    @property
    def labels_and_scores(self) -> "tuple[NDArray[Any], NDArray[Any]]":
        """Labels and probabilities of the rows."""
        record = self.run.splits[self.split]
        return record.y_true, record.proba[self.model]

    @property
    def groups(self) -> "dict[str, Any]":
        """The groups of the rows, as `fairmoe.metrics` asks for them."""
        return {
            "group": self.run.splits[self.split].group,
            "group_names": list(self.run.data.groups),
            "sample_weight": self.run.splits[self.split].weight,
        }


def judge(state: Session, run: "Run", split: SplitName, model: "Model") -> Judged:
    """Return rates and tested gaps of one model, computed once per session."""
    # Importing it imports torch, which no page may need before there is a run.
    from fairmoe.metrics import group_rates, largest_gaps  # noqa: PLC0415

    def answer() -> Judged:
        record, names = run.splits[split], list(run.data.groups)
        proba = record.proba[model]
        rates = group_rates(
            record.y_true,
            proba > 0.5,
            proba,
            group=record.group,
            group_names=names,
            sample_weight=record.weight,
        )
        gaps = largest_gaps(
            record.y_true,
            proba > 0.5,
            group=record.group,
            rates=rates,
            sample_weight=record.weight,
        )
        return Judged(run, split, model, rates, gaps)

    return state.once(("judged", run.run_id, split, model), answer)
