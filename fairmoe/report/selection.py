"""A table in the form of Local Law 144 of New York City."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairmoe.data.crossed import crossed_parts
from fairmoe.metrics.selection import impact_ratios
from fairmoe.names import INSUFFICIENT
from fairmoe.report.blocks import Block, Grid, Section, Text
from fairmoe.report.findings import Findings
from fairmoe.runs import Run
from fairmoe.sentences.selection import NO_PASS_MARK, who_is_counted
from fairmoe.sentences.wording import listed

Ids = NDArray[np.int64]


def selection(found: Findings) -> Section:
    """Return selection rates and impact ratios: of each sensitive column, and of two crossed."""
    run = found.run
    test = run.splits["test"]
    selected = (test.proba["mixture"] > 0.5) == (run.roles.target.favourable is not False)
    good, _ = run.good_and_bad
    blocks: list[Block] = [Text(who_is_counted(good, len(selected), found.unknown))]
    blocks += [
        _grid(
            f"Selection rates and impact ratios by {title}",
            impact_ratios(selected, group=group, group_names=categories),
        )
        for title, categories, group in _categories(run, test.group)
    ]
    blocks.append(Text(NO_PASS_MARK))
    return Section("ll144", "Selection rates in the form of Local Law 144", tuple(blocks))


def _categories(run: Run, group: Ids) -> Iterator[tuple[str, list[str], Ids]]:
    """Yield the sensitive columns, the names of their categories, and each row's category.

    Of two crossed columns each is told by itself too, unless crossed groups were merged or renamed.
    """
    names, columns = list(run.data.groups), run.roles.sensitive_columns
    parts = [crossed_parts(name) for name in names] if len(columns) == 2 else [None]
    if None not in parts:
        for place, column in enumerate(columns):
            values = [part[place] for part in parts if part is not None]
            own = list(dict.fromkeys(values))
            yield column, own, np.array([own.index(value) for value in values])[group]
    yield listed(columns), names, group


def _grid(caption: str, table: pd.DataFrame) -> Grid:
    return Grid(
        caption,
        ("Category", "People", "Share of all", "Selected", "Selection rate", "Impact ratio"),
        tuple(
            (
                str(name),
                f"{row['n']:,}",
                f"{row['share']:.1%}",
                f"{row['selected']:,}",
                _rate(row["selection_rate"], "{:.1%}"),
                "under 2%, left out" if row["small"] else _rate(row["impact_ratio"], "{:.2f}"),
            )
            for name, row in zip(table.index, table.to_dict("records"), strict=True)
        ),
    )


def _rate(value: float, form: str) -> str:
    return INSUFFICIENT if pd.isna(value) else form.format(value)
