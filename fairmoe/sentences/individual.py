"""What the models say of one person, and why."""

import pandas as pd

from fairmoe._units import beside_one_half, signed
from fairmoe.figures.individual import THRESHOLD_PERCENT
from fairmoe.names import EXPERTS
from fairmoe.sentences.wording import the_model

LEAST_PUSH = 0.005
"""In log-odds; what is less would be told as 0.00."""

CHANGES_ASKED = "What is the smallest change that would give another decision?"
CHANGES_ARE_NO_ADVICE = (
    "Changes show what this model reacts to; they are no advice. One that ought not to help, such "
    "as one more offence, shows a fault of the model."
)


def opinions_takeaway(
    said: "pd.Series[float]", words: tuple[str, str], *, turned: bool = False, digits: int = 1
) -> str:
    """Say in one sentence what the mixture decides and which experts disagree with it.

    Args:
        said: By model, the probability of the positive outcome, in [0, 1].
        words: What both outcomes are called, the positive one first.
        turned: Whether the probability of the other one is told.
        digits: With how many digits, in percent, at least.
    """
    decided = said["mixture"] > THRESHOLD_PERCENT / 100
    proba = 1 - said["mixture"] if turned else said["mixture"]
    others = [
        the_model(expert)
        for expert in EXPERTS
        if (said[expert] > THRESHOLD_PERCENT / 100) != decided
    ]
    against = f"; alone, {' and '.join(others)} would decide otherwise" if others else ""
    told = beside_one_half(proba, digits=digits)
    so = f"so it decides “{words[not decided]}”"
    if said["mixture"] == THRESHOLD_PERCENT / 100:
        told, so = "exactly 50%", f"and “{words[0]}” needs more: {so}"
    return f"The mixture gives “{words[turned]}” a probability of {told}, {so}{against}."


def close_call_told(
    close: int, rows: int, *, kind: str, threshold: float, group: str = "", own: bool = False
) -> str:
    """Say that a person is a close call, and of how many people that is true.

    Args:
        close: How many rows are as close to the threshold.
        rows: Of how many.
        kind: What these rows are called, such as "test".
        threshold: A probability of the outcome that is told of, in (0, 1).
        group: Whose rows they are, as a sentence speaks of them; empty if of everyone.
        own: Whether the run has cut-offs of its own, or else decides at one half.
    """
    told = f"{close:,} of {rows:,} {kind} rows{f' of {group}' if group else ''}"
    lie = "lies" if close == 1 else "lie"
    at = f", the cut-off of this run{f' for {group}' if group else ''}" if own else ""
    return f"A close call: {told} {lie} within 1 pp of {100 * threshold:.3g}%{at}."


def opened_on(group: str, outcome: str, *, is_refused: bool, is_wrong: bool) -> str:
    """Say why the page opens on a person whom nobody picked.

    Args:
        group: Of the person.
        outcome: What the mixture decides.
        is_refused: Whether that is the bad outcome, or else nobody gets it.
        is_wrong: Whether the label says otherwise; else nobody of the group is refused wrongly.
    """
    if not is_refused:
        return f"Opens on the closest call of all: “{outcome}”."
    get = "wrongly get" if is_wrong else "get"
    return f"Opens on the closest call among {group} who {get} “{outcome}”."


def where_in_list(row: str, first: str, *, is_listed: bool) -> str:
    """Say where the person whom the page is about stands in the list of rows.

    Args:
        row: What the row is called.
        first: What the row is called with which the list begins, whatever its order; empty if it
            begins as ordered.
        is_listed: Whether the row is in the list.

    Returns:
        Nothing if there is nothing to say.
    """
    if not is_listed:
        return f"Below is {row}, which is not in the list as it is filtered."
    if not first:
        return ""
    return f"The list begins with {first}, on which it opened; all others follow in order."


def columns_not_shown(count: int) -> str:
    """Say how many columns the list has no room for, with a blank before it; nothing if none."""
    if not count:
        return ""
    are = "1 more column is" if count == 1 else f"{count:,} more columns are"
    return f" {are} shown by the eye above the list."


def reasons_question(outcome: str) -> str:
    """Ask what the figure of one person's reasons answers.

    Args:
        outcome: For which outcome values speak, in quotes.
    """
    return f"Which values speak for {outcome}, and which against?"


def reasons_takeaway(attributions: pd.DataFrame) -> str:
    """Say in one sentence which columns move the mixture most, and which way."""
    mixture = attributions["mixture"]
    told = []
    sides = (mixture[mixture >= LEAST_PUSH], mixture[mixture <= -LEAST_PUSH])
    for word, side in zip(("for it", "against it"), sides, strict=True):
        if len(side):
            strongest = int(side.abs().argmax())
            push = f"{signed(side.iloc[strongest], 2)} log-odds"
            told.append(f"{side.index[strongest]} speaks most {word} ({push})")
    if not told:
        return "No column moves the mixture noticeably away from the baseline row."
    return f"{', '.join(told)}."


def swap_takeaway(swapped: pd.DataFrame) -> str:
    """Say in one sentence how far the mixture's answer moves with the sensitive value alone."""
    own, others = swapped["mixture"].iloc[0], swapped["mixture"].iloc[1:]
    furthest = float((others - own).abs().max())
    turned = int(((others > THRESHOLD_PERCENT / 100) != (own > THRESHOLD_PERCENT / 100)).sum())
    values = "value" if turned == 1 else "values"
    return (
        f"With another sensitive value and all else the same, the probability moves by up to "
        f"{100 * furthest:.1f} pp; the decision changes with {turned or 'no'} other {values}."
    )


def changes_takeaway(changes: pd.DataFrame) -> str:
    """Say in one sentence what the smallest change is."""
    first = changes.iloc[0]
    then = beside_one_half(first["proba"])
    return f"The smallest found: {first['change']}; the probability is then {then}."
