"""What a table holds, before any model."""

from collections.abc import Mapping, Sequence

import pandas as pd

from fairmoe.data.groups import SMALL_GROUPS, Merge
from fairmoe.data.leaks import Leaks
from fairmoe.sentences.cautions import FEW_POSITIVES, FEW_ROWS
from fairmoe.sentences.wording import capitalised, listed

LEFT_OUT = {
    "id": "only names the row",
    "name": "has nearly a value for each person",
    "date": "is a date",
    "text": "is free text",
    "empty": "has no values",
}
"""Why columns are left out by default."""

MERGE_SMALL = "Merge groups of fewer rows than"
"""What the field is called that merges small groups."""

MERGE_THEM, UNDO_MERGE = "Merge the small groups", "Undo the merge"
"""What the buttons are called that set this field, and set it back."""

ON_DATA = f"set “{MERGE_SMALL}” on Data to"
"""How the app merges them, up to the number."""

ROWS_FOR_ONE_TESTED = 5
"""Of so many rows about one is a test row."""

GIVEN_AWAY = 0.8
"""With such an AUC other features give the sensitive columns away."""

LEAVE_OUT_LEAKS = (
    "Leave out what is not known yet when the decision is made: a model that sees it looks better "
    "than it will be."
)

MEANING_OPEN = (
    "Is “{outcome}” good or bad for the person? Without an answer no harm is counted, and no alarm "
    "tells of harm."
)


def who_is_merged(rows: Mapping[str, int]) -> str:
    """Say of whom the smaller groups are that were merged; nothing if none were.

    Args:
        rows: How many rows have which value of the sensitive columns, the most first.
    """
    if not rows:
        return ""
    told = [f"“{name}” ({n:,} {'row' if n == 1 else 'rows'})" for name, n in rows.items()]
    return f"The group “{SMALL_GROUPS}” holds everyone with one of these values: {listed(told)}."


def small_groups_in_words(
    small: Mapping[str, tuple[int, int]], *, merge: Merge | None, merged: str = ""
) -> str:
    """Say which groups are too small to tell their gaps from chance, and what can be done.

    Args:
        small: How many rows each has, and how many of them are positive.
        merge: What would make one group of them, if the page can.
        merged: The group that was made of merged ones already, if it is among them.
    """
    told = [
        f"“{name}” ({rows:,} rows, {positive:,} of them positive"
        f"{'; the groups that were merged' if name == merged else ''})"
        for name, (rows, positive) in small.items()
    ]
    needed = ROWS_FOR_ONE_TESTED * FEW_ROWS, ROWS_FOR_ONE_TESTED * FEW_POSITIVES
    text = (
        f"{'Still small' if list(small) == [merged] else 'Small groups'}: {listed(told)}. A group "
        f"needs about {needed[0]:,} rows, {needed[1]:,} of them positive: one in five is kept for "
        f"the test, and with fewer than {FEW_ROWS} test rows, or {FEW_POSITIVES} positive ones, "
        "only a large gap can be told from chance."
    )
    if merge is None:
        return text
    rows = f"{merge.rows:,} rows"
    is_few = merge.rows < needed[0]
    # Of a larger group that joins them the positive ones are not told here.
    if small.keys() >= set(merge.names):
        positives = sum(small[name][1] for name in merge.names)
        rows = f"{rows}, {positives:,} of them positive"
        is_few |= positives < needed[1]
    return (
        f"{text} Set “{MERGE_SMALL}” above to {merge.fewer_than}, and "
        f"{_quoted(merge.names)} become one group of {rows}{', which is still few' * is_few}."
    )


def merge_and_train_again(merge: Merge | None, *, how: str = ON_DATA) -> str:
    """Say how to train so that no score rests on a group of too few people.

    Args:
        merge: What would make one group of the small ones; None if nothing would.
        how: How the least size of a group is set, up to the number.

    Returns:
        Sentences with a blank before them; nothing if there is no such merge.
    """
    if merge is None:
        return ""
    return (
        f" To have no score rest on so few, {how} {merge.fewer_than} and train again: "
        f"{_quoted(merge.names)} become one group of {merge.rows:,} rows. Other groups keep their "
        "test rows; their figures change all the same, for the models are trained anew."
    )


def merge_help(fewer_than: int) -> str:
    """Say what the button does that merges small groups, and how that is undone."""
    return (
        f"Sets “{MERGE_SMALL}” on Data to {fewer_than:,}. The next training counts them as one; "
        "runs that are trained stay as they are. A button beside that field undoes it."
    )


def _quoted(names: Sequence[str]) -> str:
    return listed([f"“{name}”" for name in names])


def label_takeaway(counts: pd.DataFrame, outcome: str) -> str:
    """Say in one sentence how large the groups are, and how often each has a label.

    Args:
        counts: As `fairmoe.figures.tables.group_counts` returns it.
        outcome: What the positive class is called.
    """
    share = {str(name): float(part) for name, part in counts["positive_share"].dropna().items()}
    high, low = max(share, key=share.__getitem__), min(share, key=share.__getitem__)
    return (
        f"{len(counts)} groups of {counts['rows'].min():,} to {counts['rows'].max():,} rows; "
        f"the label is “{outcome}” most often for {high} ({share[high]:.1%}) "
        f"and least often for {low} ({share[low]:.1%})."
    )


def missing_takeaway(missing: pd.DataFrame) -> str:
    """Say in one sentence which feature is missing most unequally."""
    first = missing[missing["column"] == missing["column"].iloc[0]].set_index("group")
    share = first["missing"] / first["rows"]
    high, low = share.idxmax(), share.idxmin()
    features = missing["column"].nunique()
    return (
        f"{features} feature{'s have' if features > 1 else ' has'} missing values; groups differ "
        f"most in {missing['column'].iloc[0]}: missing for {share[high]:.1%} of {high} and "
        f"{share[low]:.1%} of {low}."
    )


def proxies_takeaway(alone: "pd.Series[float]", together: float, chance: float) -> str:
    """Say in one sentence how well the features stand in for the group."""
    if max(together, *alone) <= chance:
        return "No feature predicts the group better than chance may."
    return (
        f"Together the features predict the group with an AUC of {together:.0%}; the strongest "
        f"proxy is {alone.index[0]} ({alone.iloc[0]:.0%}). {_less_together(alone, together)}Above "
        f"{chance:.1%} an AUC is more than chance."
    )


def given_away(
    columns: Sequence[str], alone: "pd.Series[float]", together: float, chance: float
) -> str:
    """Warn that models that do not see the sensitive columns may tell them all the same.

    Args:
        columns: The sensitive columns.
        alone: The AUC of each other feature for the group, the highest first.
        together: The AUC of all of them.
        chance: What a feature that says nothing stays below.

    Returns:
        Nothing where the features tell it with an AUC below `GIVEN_AWAY`.
    """
    best = max(together, *alone)
    if best < max(GIVEN_AWAY, chance):
        return ""
    strongest = ""
    if alone.iloc[0] > chance:
        strongest = f", most of all {alone.index[0]} (alone {alone.iloc[0]:.0%})"
    return (
        f"The models do not look at {listed(columns)}, but the other features give "
        f"{'it' if len(columns) == 1 else 'them'} away{strongest}: they "
        f"tell the group with an AUC of {best:.0%}, where 50% is chance."
    )


def others_look_sensitive(columns: Sequence[str]) -> str:
    """Say that a sensitive column is only suggested, and which others could be it."""
    look = "looks" if len(columns) == 1 else "look"
    return (
        f"Suggested by its name; {listed(columns)} {look} sensitive too: choose by which people "
        "are compared, or cross two."
    )


def _less_together(alone: "pd.Series[float]", together: float) -> str:
    """Say why all features can seem to tell less than one of them; nothing where they do not."""
    strongest = f"{alone.iloc[0]:.0%}"
    if together >= alone.iloc[0] or f"{together:.0%}" == strongest:
        return ""
    return (
        "All together seem to tell less than one, for the model of all also learns what is chance "
        f"in these rows: they tell at least {strongest}. "
    )


def left_out_by_default(left_out: Mapping[str, str]) -> str:
    """Say which columns are left out unless the user says otherwise, and why; nothing if none is.

    Args:
        left_out: A key of `LEFT_OUT` by column.
    """
    told = [
        f"{listed(columns, 20)} ({LEFT_OUT[reason]})"
        for reason in LEFT_OUT
        if (columns := [column for column, why in left_out.items() if why == reason])
    ]
    return f"Left out by default: {'; '.join(told)}." if told else ""


def still_left_out(columns: Sequence[str]) -> str:
    """Say that columns stay left out for a score or decision that is named no more."""
    return f"Still left out of the features: {listed(columns)}."


def leaks_in_words(found: Leaks, outcome: str) -> dict[str, str]:
    """Say of each suspected feature why it may know the answer.

    Args:
        found: What `fairmoe.data.find_leaks` returns.
        outcome: What the positive class is called.
    """
    told = {}
    for feature, reason in found.suspects.items():
        alone = f"alone it tells the outcome with an AUC of {found.alone[feature]:.0%}"
        told[feature] = f"{feature}: {alone}."
        if reason == "ahead":
            told[feature] = f"{feature}: {alone}, far better than all other features together."
        if reason == "missing":
            given, absent = (found.missing[where][feature] for where in ("given", "absent"))
            told[feature] = (
                f"{feature}: where it has a value, {given:.0%} are “{outcome}”; where it is "
                f"missing, {absent:.0%}."
            )
    return told


def names_the_row(columns: Sequence[str]) -> str:
    """Say of columns that they name the row or a person."""
    names = "names" if len(columns) == 1 else "name"
    return (
        f"{listed(columns, 12)} {names} the row or the person. From that a model learns nothing "
        "but single rows."
    )


def leaks_takeaway(alone: "pd.Series[float]", together: float, suspects: int) -> str:
    """Say in one sentence how well the features tell the target, and how many look too good."""
    if alone.isna().all():
        return "Too few rows have the rarer outcome to say which features know the answer."
    told = (
        f"the strongest feature tells the outcome with an AUC of {alone.iloc[0]:.0%} "
        f"({alone.index[0]}), all together with {together:.0%}; "
    )
    less = f" {_less_together(alone, together)}".rstrip()
    if not suspects:
        return f"{capitalised(told)}none looks as if it knew the answer.{less}"
    looks = "1 feature looks" if suspects == 1 else f"{suspects} features look"
    they = "it" if suspects == 1 else "they"
    return f"{capitalised(told)}{looks} as if {they} knew the answer.{less}"
