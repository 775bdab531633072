"""A blind and an aware mixture side by side."""

import pandas as pd

from fairmoe.analysis.awareness import compare_awareness
from fairmoe.names import INSUFFICIENT, METRICS, SUMMARY
from fairmoe.report.blocks import Grid, Section, Text
from fairmoe.report.findings import Findings
from fairmoe.report.statements import drawn_from_test
from fairmoe.runs import Run
from fairmoe.sentences.awareness import aware_means, awareness_in_words, blind_means

SHOWN = ("acc", *SUMMARY)


def awareness(found: Findings) -> Section | None:
    """Compare the run with the one that differs in whether its models see the sensitive columns."""
    run, other = found.run, found.other
    if other is None:
        return None
    comparison = compare_awareness(run, other)
    columns, words = run.roles.sensitive_columns, run.good_and_bad
    told = awareness_in_words(comparison, words=words if found.account is not None else None)
    return Section(
        "awareness",
        "Blind or aware",
        (
            Text(blind_means(columns)),
            Text(aware_means(columns)),
            *map(Text, told),
            Grid(
                "The mixture, blind and aware",
                ("Of the mixture", "Blind", "Aware"),
                compared_rows(run, comparison),
            ),
            Text(drawn_from_test(found)),
        ),
    )


def compared_rows(run: Run, comparison: pd.DataFrame) -> tuple[tuple[str, str, str], ...]:
    """Return what each row of a table of a blind and an aware mixture is, and both cells.

    Args:
        run: One of both runs.
        comparison: As `compare_awareness` returns it.
    """
    (blind, aware), (good, bad) = comparison.to_dict("records"), run.good_and_bad
    rows = [
        (
            METRICS[metric].label,
            METRICS[metric].text(blind[metric]),
            METRICS[metric].text(aware[metric]),
        )
        for metric in SHOWN
    ]
    rows.append((f"Get “{good}”", _share(blind["good"]), _share(aware["good"])))
    if run.roles.target.favourable is not None:
        label = f"Wrongly “{bad}”, of those whose label is “{good}”"
        rows.append((label, _share(blind["harmed"]), _share(aware["harmed"])))
    alarms = ["yes" if each["alarming"] else "no" for each in (blind, aware)]
    rows.append(("Alarm", alarms[0], alarms[1]))
    return tuple(rows)


def _share(share: float) -> str:
    return INSUFFICIENT if pd.isna(share) else f"{share:.1%}"
