"""The account in people: what the mixture changes for whom, as tables."""

from collections.abc import Callable

import pandas as pd

from fairmoe._units import signed, written
from fairmoe.metrics import Account
from fairmoe.names import INSUFFICIENT, PLAIN_LABEL, PLAIN_MODEL
from fairmoe.report.blocks import Block, Grid, Text
from fairmoe.report.findings import Findings
from fairmoe.runs import Run
from fairmoe.sentences.audits import changes_beside, existing_in_words

MOST_GROUPS = 6
"""As many groups, the largest, are on the first page."""

EVERYONE = "Everyone"


def people(found: Findings) -> list[Block]:
    """Say who is wrongly denied the good outcome; nothing unless the outcome is good or bad."""
    run, account = found.run, found.account
    if account is None:
        return []
    many = len(account.groups) > MOST_GROUPS
    grids: list[Block] = [decisions_grid(run, account)] if many else []
    return [*grids, harm_grid(run, account)]


def beside_existing(found: Findings) -> list[Block]:
    """Say what the mixture changes against the score or decision of today, if there is one."""
    run, account, existing = found.run, found.beside_existing, found.run.roles.existing
    if account is None or existing is None:
        return []
    good, bad = run.good_and_bad
    model, is_told = existing_in_words(existing), found.account is not None
    told = changes_beside(account.everyone, good, bad, model=model, is_told=is_told)
    said: list[Block] = [Text(told, "Against what is in use today.")]
    return [*said, harm_grid(run, account, "Existing model")] if is_told else said


def decisions_grid(run: Run, account: Account, most: int | None = None) -> Grid:
    """Return who gets the good outcome by group, and whose decision the mixture changes.

    Args:
        run: The run.
        account: Of its mixture.
        most: Show this many groups, the largest; by default all.
    """
    good, bad = run.good_and_bad
    sizes = account.groups["n"]
    shown = {EVERYONE, *(sizes if most is None else sizes.nlargest(most)).index}
    rows = [(name, row) for name, row in _rows(account) if name in shown]
    left = "" if len(rows) > len(sizes) else f" (the {most} largest of {len(sizes)} groups)"
    return Grid(
        f"How many people get “{good}”, and for how many the mixture changes the decision{left}",
        (
            "Group",
            "People",
            "By label",
            f"By {PLAIN_MODEL}",
            "By the mixture",
            f"Changed to “{good}” (label agrees)",
            f"Changed to “{bad}” (label agrees)",
        ),
        tuple(
            (
                name,
                f"{row['n']:,.0f}",
                *(_count_and_share(row, each) for each in ("label", "plain", "model")),
                *(
                    f"{row[each]:,.0f} ({row[f'{each}_right']:,.0f})"
                    for each in ("better", "worse")
                ),
            )
            for name, row in rows
        ),
    )


def harm_grid(run: Run, account: Account, plain: str = PLAIN_LABEL) -> Grid:
    """Return how many of 100 people are wrongly denied the good outcome, by group.

    Args:
        run: The run.
        account: Of its mixture.
        plain: What the model that it is compared with is called.
    """
    good, bad = run.good_and_bad
    return Grid(
        f"Of 100 people whose label is “{good}”, how many get “{bad}”, with 95% intervals",
        ("Group", "People with that label", plain, "Mixture", "Change"),
        tuple(
            (
                name,
                f"{row['good_label']:,.0f}",
                _of_100(row, "harmed_plain_rate", written),
                _of_100(row, "harmed_model_rate", written),
                _of_100(row, "harmed_change", signed),
            )
            for name, row in _rows(account)
        ),
    )


def _rows(account: Account) -> "list[tuple[str, pd.Series[float]]]":
    groups = [(str(name), row) for name, row in account.groups.iterrows()]
    return [*groups, (EVERYONE, account.everyone)]


def _of_100(row: "pd.Series[float]", rate: str, in_text: Callable[[float], str]) -> str:
    if pd.isna(row[rate]):
        return INSUFFICIENT
    value, low, high = (in_text(100 * row[f"{rate}{end}"]) for end in ("", "_low", "_high"))
    return f"{value} ({low} to {high})"


def _count_and_share(row: "pd.Series[float]", by: str) -> str:
    share = row[f"good_{by}_rate"]
    return INSUFFICIENT if pd.isna(share) else f"{row[f'good_{by}']:,.0f} ({share:.1%})"
