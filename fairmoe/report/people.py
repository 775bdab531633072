"""The account in people: what the mixture changes for whom, as a table."""

import pandas as pd

from fairmoe.metrics import Account
from fairmoe.names import INSUFFICIENT
from fairmoe.report.blocks import Block, Grid, Text
from fairmoe.report.findings import Findings
from fairmoe.runs import Run
from fairmoe.sentences.people import changes_for_people


def people(found: Findings) -> list[Block]:
    """Say what the mixture changes for whom; nothing unless the outcome is good or bad."""
    run, account = found.run, found.account
    return (
        []
        if account is None
        else [
            Text(changes_for_people(account.everyone, *good_and_bad(run))),
            account_grid(run, account),
        ]
    )


def good_and_bad(run: Run) -> tuple[str, str]:
    """Return what the outcome that is good for the person and the other one are called."""
    positive, other = run.data.words
    return (positive, other) if run.roles.target.favourable else (other, positive)


def account_grid(run: Run, account: Account) -> Grid:
    """Return the account by group, and of everyone in the last row."""
    good, bad = good_and_bad(run)
    rows = [(str(name), row) for name, row in account.groups.iterrows()]
    return Grid(
        f"What the mixture changes for people, by group, with 95% intervals. Good is “{good}”",
        (
            "Group",
            "People",
            "Good by label",
            "Good by the utility expert",
            "Good by the mixture",
            f"Wrongly “{bad}” by the utility expert, of 100 whose label is good",
            f"Wrongly “{bad}” by the mixture, of 100 whose label is good",
            "Changed to good",
            "Label agrees",
            "Changed to bad",
            "Label agrees",
        ),
        tuple(
            (
                name,
                *(f"{row[each]:,.0f}" for each in ("n", "good_label", "good_plain", "good_model")),
                *(_of_100(row, each) for each in ("harmed_plain_rate", "harmed_model_rate")),
                *(
                    f"{row[each]:,.0f}"
                    for each in ("better", "better_right", "worse", "worse_right")
                ),
            )
            for name, row in [*rows, ("Everyone", account.everyone)]
        ),
    )


def _of_100(row: "pd.Series[float]", rate: str) -> str:
    if pd.isna(row[rate]):
        return INSUFFICIENT
    value, low, high = (100 * row[f"{rate}{end}"] for end in ("", "_low", "_high"))
    return f"{value:.1f} ({low:.1f} to {high:.1f})"
