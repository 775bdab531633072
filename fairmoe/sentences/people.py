"""What a model changes for people, counted in people."""

import pandas as pd

from fairmoe._units import counted_people
from fairmoe.names import PLAIN_MODEL
from fairmoe.sentences.wording import listed

MEANING_ASKED = (
    "Is the outcome “{outcome}” good or bad for the person? With an answer, the page counts who is "
    "wrongly denied the good outcome."
)
MEANING_CHANGES = (
    "The answer changes what is said of this run, not what was trained. A training that begins "
    "with an answer refuses models that harm every group, so its mixture may be another."
)
"""What stands behind the question; where there is little room, beside its answers."""


PLAIN = "the utility expert"
"""What a mixture stands beside, unless another model is named."""

PLAIN_MODEL_NAMED = f"{PLAIN_MODEL} ({PLAIN} alone)"
"""What it is called where a page that also tells of the experts begins to."""


def changes_for_people(
    of: "pd.Series[float]",
    good: str,
    bad: str,
    *,
    is_told: bool = True,
    plain: str = PLAIN,
    first: str = "",
) -> str:
    """Say how many people get the good outcome, and for how many the mixture changes it how.

    Args:
        of: Of everyone, as `fairmoe.metrics.Account` counts them against the plain model.
        good: What the outcome that is good for the person is called.
        bad: What the other one is called.
        is_told: Whether one is good and the other bad; if not, nothing is said of harm.
        plain: What the plain model is called.
        first: What it is called where it is named first; by default no other way.
    """
    changed = int(of["better"] + of["worse"])
    right = int(of["better_right"] + of["worse_right"])
    told = (
        f"Of {counted_people(of['n'])} in the test rows the mixture gives the outcome “{good}” to "
        f"{of['good_model']:,.0f}, {first or plain} to {of['good_plain']:,.0f}."
    )
    if not changed:
        return f"{told} Both decide alike for everyone."
    changes = "change" if changed == 1 else "changes"
    told = (
        f"{told} For {counted_people(of['better'])} the mixture changes “{bad}” to “{good}”, for "
        f"{of['worse']:,.0f} the reverse; the label agrees with {right:,} of "
        f"{changed:,} {changes}, so it makes {mistakes_made(of)}."
    )
    if not of["good_label"] or not is_told:
        return told
    return (
        f"{told} Of 100 people whose label is “{good}”, the mixture wrongly gives “{bad}” to "
        f"{100 * of['harmed_model_rate']:.1f}, {plain} to "
        f"{100 * of['harmed_plain_rate']:.1f}."
    )


def mistakes_made(of: "pd.Series[float]") -> str:
    """Say how many more or fewer mistakes than the plain model, by the labels.

    Args:
        of: Of everyone, as `fairmoe.metrics.Account` counts them.
    """
    changed = int(of["better"] + of["worse"])
    mistakes = changed - 2 * int(of["better_right"] + of["worse_right"])
    if not mistakes:
        return "as many mistakes"
    noun = "mistake" if abs(mistakes) == 1 else "mistakes"
    return f"{abs(mistakes):,} {'more' if mistakes > 0 else 'fewer'} {noun}"


def of_hundred_takeaway(
    groups: pd.DataFrame,
    good: str,
    *,
    models: tuple[str, str] = (PLAIN, "the mixture gives"),
) -> str:
    """Say of 100 people in each group how many get an outcome.

    Args:
        groups: As `fairmoe.metrics.Account` has them.
        good: What the outcome that is counted is called.
        models: What the plain model is called, and the one beside it with its verb.
    """
    known = groups[groups["n"] > 0]
    if known.empty:
        return "No group has rows."
    told = [
        f"{name} {100 * row['good_model_rate']:.0f} ({100 * row['good_plain_rate']:.0f})"
        for name, row in known.iterrows()
    ]
    return (
        f"Of 100 people in each group {models[1]} “{good}” to (in brackets {models[0]}): "
        f"{listed(told)}."
    )


def harm_takeaway(groups: pd.DataFrame, good: str, bad: str, *, plain: str = PLAIN) -> str:
    """Name the groups in which clearly fewer or more people are wrongly given the bad outcome.

    Args:
        groups: As `fairmoe.metrics.Account` has them.
        good: What the outcome that is good for the person is called.
        bad: What the other one is called.
        plain: What the plain model is called.
    """
    known = groups[groups["good_label"] > 0]
    who = f"Among people whose label is “{good}”, the mixture wrongly gives “{bad}” to"
    told = [
        f"{how} {listed(names)}"
        for how, names in (
            ("more", _of_100(known[known["harmed_change_low"] > 0])),
            ("fewer", _of_100(known[known["harmed_change_high"] < 0])),
        )
        if names
    ]
    if not told:
        return f"{who} about as many people of each group as {plain}."
    return f"{who} {listed(told)} than {plain}, beyond the 95% interval of each change."


def _of_100(rows: pd.DataFrame) -> list[str]:
    return [
        f"{name} ({100 * row['harmed_model_rate']:.1f} against "
        f"{100 * row['harmed_plain_rate']:.1f} of 100)"
        for name, row in rows.iterrows()
    ]
