"""What a reviewer reads first: the question, the verdicts, and that there is no alarm."""

from collections.abc import Collection, Mapping, Sequence

import pandas as pd

from fairmoe.names import GAP_MEASURES
from fairmoe.sentences.open_points import TOLERANCE_NOT_SET
from fairmoe.sentences.people import PLAIN_MODEL_NAMED
from fairmoe.sentences.wording import listed

NO_ALARM = (
    "None: nothing on the test rows shows that the mixture closes gaps by treating everyone worse."
)
JUSTIFIED = (
    "Figures take the labels as they are; they measure differences and do not judge whether these "
    "are justified."
)

_VERDICTS = {
    "exceeds": "Exceeded by",
    "within": "Within it",
    "cannot be told": "Cannot be told, for the interval contains it",
}


def question(outcome: str, columns: Sequence[str], *, rows: int, name: str) -> str:
    """Ask what a report answers, and say with whom the mixture is compared, and on what.

    Args:
        outcome: What the outcome that is asked about is called.
        columns: The sensitive columns.
        rows: How many test rows there are.
        name: Of the table; may be empty.
    """
    return (
        f"Who gets the outcome “{outcome}”, and does that differ by {listed(columns)}? The mixture "
        f"is compared with {PLAIN_MODEL_NAMED}, which is trained for accuracy only. "
        f"All figures are of {rows:,} test rows of {name or 'the table'}, which no model "
        "learnt from."
    )


def nobody_is_better_off(outcome: str, *, told: bool) -> str:
    """Say why changes are counted without calling them better or worse for the person.

    Args:
        outcome: What the positive class is called.
        told: Whether it was said to be neither good nor bad; else nothing was said.
    """
    if told:
        return (
            f"“{outcome}” is neither good nor bad for the person, so no change is called better or "
            "worse."
        )
    return (
        f"Whether “{outcome}” is good or bad for the person was not told, so no change is called "
        "better or worse."
    )


def verdicts_in_words(differences: pd.DataFrame, tolerance: float | None) -> str:
    """Say which gaps of the mixture are within the tolerance.

    Args:
        differences: As `fairmoe.metrics.Review` has them.
        tolerance: The largest gap that the reviewer accepts, in [0, 1].
    """
    if tolerance is None:
        return TOLERANCE_NOT_SET
    told = [f"The reviewer accepts a gap of up to {100 * tolerance:g} pp."]
    known = differences["value"].notna()
    kinds = {words: known & (differences["verdict"] == key) for key, words in _VERDICTS.items()}
    for words, chosen in (kinds | {"Cannot be estimated": ~known}).items():
        names = [GAP_MEASURES[str(measure)].lower() for measure in differences.index[chosen]]
        if names:
            told.append(f"{words}: {listed(names)}.")
    return " ".join(told)


def outcomes_takeaway(
    groups: pd.DataFrame, good: str, *, apart: Collection[str], people: Mapping[str, str]
) -> str:
    """Say in one sentence which groups the mixture gives the outcome most and least often.

    Where fewer than two groups can be compared, all are told of.

    Args:
        groups: Of a `fairmoe.metrics.Account`.
        good: What the outcome that the account calls good is called.
        apart: The groups that are not compared, as `fairmoe.metrics.largest_gaps` names them.
        people: How a sentence speaks of the people of a group, by its name.
    """
    is_compared = len(groups) - len(apart) > 1
    among = groups.drop(list(apart)) if is_compared else groups
    rates = among.dropna(subset=["good_model_rate"]).sort_values("good_model_rate")
    most, least = rates.iloc[-1], rates.iloc[0]
    of = "Of the groups that are compared, the" if is_compared and apart else "The"
    return (
        f"{of} mixture gives “{good}” most often to {people[str(most.name)]} "
        f"({_rate(most, 'model')}; by label {_rate(most, 'label')}) and least often to "
        f"{people[str(least.name)]} ({_rate(least, 'model')}; by label {_rate(least, 'label')})."
    )


def _rate(row: "pd.Series[float]", by: str) -> str:
    return f"{row[f'good_{by}_rate']:.1%}"
