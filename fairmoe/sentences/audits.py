"""What is said of a score or decision that is there already, alone and beside a mixture."""

from collections.abc import Sequence
from typing import Any, Protocol

import pandas as pd

from fairmoe._units import counted_people
from fairmoe.names import LEAST_PEOPLE, PLAIN_MODEL
from fairmoe.sentences.result import MOST_NAMED
from fairmoe.sentences.reviews import VERDICTS
from fairmoe.sentences.wording import capitalised, listed, listed_people, verb_of

NO_SCORE = "There is none: train a model, and see what that does"
NO_SCORE_BUT_A_RUN = "There is none: see what the mixture does"
EXISTING_ASKED = "Is there a score or decision of the model that you use today?"
CHANGES_DATA = "Data and the next training follow this; target and sensitive columns stay."
LEARNT_FROM = (
    "Where the score was learnt from some of these rows, it looks better here than it is on new "
    "ones."
)
MEANING_UNKNOWN = (
    "Say on Data whether the outcome “{outcome}” is good or bad for the person; then this page "
    "counts who is wrongly given the bad one."
)
OTHER_TASK = (
    "The run that is shown predicts another target, or compares other groups, so its mixture "
    "cannot stand beside this."
)

NO_PROBABILITY = (
    "Of the existing score only the order is kept with the run, so there are no probabilities to "
    "compare with the labels. If it is one, Audit says how well it is calibrated."
)


class Decider(Protocol):
    """What `fairmoe.data.Existing` says of a column."""

    @property
    def column(self) -> str:
        """Its name."""

    @property
    def cutoff(self) -> float | None:
        """Where the decisions of a score begin."""

    @property
    def rises(self) -> bool:
        """Whether more of it speaks for the positive class."""

    @property
    def positive(self) -> Sequence[str]:
        """The values of a decision that decide for the positive class."""


def existing_in_words(existing: Decider) -> str:
    """Return an existing score or decision as a sentence speaks of it."""
    kind = "decision" if existing.cutoff is None else "score"
    return f"the {kind} “{existing.column}”"


def today_in_words(existing: Decider) -> str:
    """Return what stands over the column of an existing score or decision."""
    return "Your decision today" if existing.cutoff is None else "Your score today"


def how_it_decides(existing: Decider, words: tuple[str, str]) -> str:
    """Say what an existing score or decision says of whom.

    Args:
        existing: What decides.
        words: What both outcomes are called, the positive one first.
    """
    name = capitalised(existing_in_words(existing))
    if existing.cutoff is None:
        values = listed([f"“{value}”" for value in existing.positive])
        return f"{name} gives “{words[0]}” where it is {values}, or else “{words[1]}”."
    above, below = words if existing.rises else words[::-1]
    return f"{name} gives “{above}” above {existing.cutoff:g}, or else “{below}”."


def existing_model(existing: Decider, words: tuple[str, str]) -> str:
    """Say what the existing model of a run is, and what is not known of it; see `how_it_decides`.

    Args:
        existing: What decides.
        words: What both outcomes are called, the positive one first.
    """
    order = "" if existing.cutoff is None else ", and of the score only the order is used"
    return (
        f"Existing model: {how_it_decides(existing, words)} Of it only the answers are known, so "
        f"scores of its reasons are not estimable{order}."
    )


DECISIONS_COMPARED = "These decisions are compared with the mixture's."


def why_not_of(existing: Decider) -> str:
    """Say why a gap is explained beside the plain model though an existing one was chosen."""
    return (
        f"This stands beside {PLAIN_MODEL}: of {existing_in_words(existing)} only the answers "
        "are known, and not through which columns they come."
    )


def existing_said(existing: Decider, value: str, decision: str) -> str:
    """Say what an existing score or decision says of one person.

    Args:
        existing: What decides.
        value: What its column holds.
        decision: What that comes to.
    """
    return f"{capitalised(existing_in_words(existing))} of this person is {value}: “{decision}”."


def may_go_the_other_way(column: str, positive: str, *, falling: bool) -> str:
    """Say that a score ranks the labels the wrong way round, and what may be the reason.

    Args:
        column: The score.
        positive: What the positive outcome is called.
        falling: Whether it was taken as one that falls.
    """
    more, less = ("lower", "higher") if falling else ("higher", "lower")
    advice = "leave out --falling" if falling else "add --falling"
    return (
        f"Careful: people with a {more} “{column}” have the label “{positive}” less often. If a "
        f"{less} one speaks for it, {advice}."
    )


def may_be_existing(names: Sequence[str]) -> str:
    """Name the columns that are called like a score or a decision."""
    if not names:
        return "No column is called like a score or decision. If there is none, leave this empty."
    if len(names) == 1:
        return f"By its name, this may be a score or decision: {names[0]}."
    return f"By their names, these may be scores or decisions: {listed(names)}."


def copied_as_features(columns: Sequence[str]) -> str:
    """Ask of features that are called like another model's answer what they are, and say why."""
    if len(columns) == 1:
        return (
            f"By its name, {columns[0]} may be another model's answer, which a model that sees it "
            "copies. If it is what you use today, name it; if not, it stays a feature."
        )
    return (
        f"By their names, {listed(columns)} may be another model's answers, which a model that "
        "sees them copies. If one is what you use today, name it; if not, they stay features."
    )


def left_out_of_features(column: str, same: Sequence[str] = ()) -> str:
    """Say that a column is no feature any more, and why, with what says the same.

    Args:
        column: The existing score or decision.
        same: Columns that say the same in other words.
    """
    too = f" So {'is' if len(same) == 1 else 'are'} {listed(same)}: the same in other words."
    return (
        f"“{column}” is left out of the features: a model that sees another model's answer copies "
        f"it.{too if same else ''}"
    )


def only_feature(column: str) -> str:
    """Say that a column would have to be left out, and that then there is nothing to train on."""
    return (
        f"“{column}” is the only feature. A model that sees another model's answer copies it, so "
        "there is nothing here to train on."
    )


def mixture_saw_it(column: str) -> str:
    """Say that the mixture learnt from the column that stands beside it."""
    return (
        f"This mixture had “{column}” among its features, so it may copy it. Train again: it is "
        "left out now."
    )


def rows_without(unscored: int, column: str) -> str:
    """Say how many rows are left out; nothing if none is."""
    if not unscored:
        return ""
    verb = "row has" if unscored == 1 else "rows have"
    return f"{unscored:,} {verb} no “{column}” and {'is' if unscored == 1 else 'are'} left out."


def wrongly_in_people(groups: pd.DataFrame, good: str, bad: str, *, model: str) -> str:
    """Say by group how many of 100 people with the good label are wrongly given the bad outcome.

    Args:
        groups: As `fairmoe.metrics.Account` has them, of the model.
        good: What the outcome that is good for the person is called.
        bad: What the other one is called.
        model: What the model is called.
    """
    known = _large_enough(groups)
    if known.empty:
        return f"Too few people of any group have the label “{good}”."
    order = known["harmed_model_rate"].sort_values(ascending=False, kind="stable").index
    named = known.loc[order[:MOST_NAMED]]
    counts = [f"{100 * rate:.0f}" for rate in named["harmed_model_rate"]]
    told = [
        f"{who} ({row['harmed_model']:,.0f} of {row['good_label']:,.0f})"
        for who, (_, row) in zip(
            listed_people(counts, list(named.index)), named.iterrows(), strict=True
        )
    ]
    rest = " For the other groups it is no more." if len(known) > len(named) else ""
    return (
        f"Of 100 people labelled “{good}”, {model} wrongly gives “{bad}” to {listed(told)}.{rest}"
    )


def harm_gap(row: "pd.Series[Any]") -> str:
    """Say how far groups differ in who is wrongly given the bad outcome, and how sure that is.

    Args:
        row: Of `fairmoe.metrics.Review.differences`: the equal opportunity difference where the
            positive class is good for the person, the false positive rate difference where it is
            bad.
    """
    if pd.isna(row["value"]):
        return "Too few people have that label for the groups to be compared in this."
    interval = f"{100 * row['low']:.1f} to {100 * row['high']:.1f}"
    told = "more than chance" if row["low"] > 0 else "which could be chance"
    if not pd.isna(row["verdict"]):
        told = VERDICTS[row["verdict"]]
    return f"The groups differ in this by {100 * row['value']:.1f} pp ({interval}): {told}."


def changes_beside(
    everyone: "pd.Series[float]", good: str, bad: str, *, model: str, is_told: bool
) -> str:
    """Say for how many people the mixture decides otherwise than what is there today.

    Args:
        everyone: As `fairmoe.metrics.Account` has it, of the mixture beside the existing score.
        good: What the good outcome, or else the positive one, is called.
        bad: What the other one is called.
        model: What decides today.
        is_told: Whether one is good and the other bad for the person.
    """
    changed = int(everyone["better"] + everyone["worse"])
    told = f"On the same {everyone['n']:,.0f} test rows the mixture decides"
    if not changed:
        return f"{told} like {model} for everyone."
    right = int(everyone["better_right"] + everyone["worse_right"])
    better, worse = (f"{everyone[name]:,.0f}" for name in ("better", "worse"))
    good_for, bad_for = (", which is better for them", ", which is worse") if is_told else ("", "")
    return (
        f"{told} otherwise than {model} for {counted_people(changed)}: {better} "
        f"{verb_of([better], 'gets', 'get')} “{good}” in place of “{bad}”{good_for}, {worse} the "
        f"reverse{bad_for}. The label agrees with {right:,} of these changes."
    )


def harm_beside(groups: pd.DataFrame, good: str, bad: str) -> str:
    """Say by group how many of 100 are wrongly given the bad outcome today and by the mixture.

    Args:
        groups: As `fairmoe.metrics.Account` has them, of the mixture beside the existing score.
        good: What the outcome that is good for the person is called.
        bad: What the other one is called.
    """
    known = _large_enough(groups)
    if known.empty:
        return f"Too few people of any group have the label “{good}”."
    size = known["harmed_change"].abs().sort_values(ascending=False, kind="stable")
    # In the order of the groups everywhere else.
    named = known[known.index.isin(size.index[:MOST_NAMED])]
    counts = [
        f"{100 * row['harmed_plain_rate']:.0f} and {100 * row['harmed_model_rate']:.0f} of 100"
        for _, row in named.iterrows()
    ]
    called = listed_people(counts, list(named.index))
    told = [f"{who}{_chance(row)}" for who, (_, row) in zip(called, named.iterrows(), strict=True)]
    rest = " In the other groups the change is no larger." if len(known) > len(named) else ""
    return (
        f"Of those labelled “{good}”, today and with the mixture, “{bad}” wrongly goes to "
        f"{listed(told)}.{rest}"
    )


def _large_enough(groups: pd.DataFrame) -> pd.DataFrame:
    return groups[groups["good_label"] >= LEAST_PEOPLE]


def _chance(row: "pd.Series[float]") -> str:
    if not row["harmed_change"]:
        return ""
    is_clear = row["harmed_change_low"] > 0 or row["harmed_change_high"] < 0
    return "" if is_clear else " (the change could be chance)"
