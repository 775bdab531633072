"""Gaps like with like, and by the groups of several columns side by side."""

from functools import partial
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from fairmoe._escape import escape_markdown
from fairmoe.figures.conditional import conditional_figure, side_by_side_figure
from fairmoe.names import GAP_MEASURES, RATES
from fairmoe.sentences.conditional import (
    NO_PROOF,
    conditional_takeaway,
    side_by_side_takeaway,
)
from fairmoe.sentences.reviews import with_interval
from fairmoe.ui.frame.components import (
    NUMBERS,
    NUMBERS_ICON,
    percent_column,
    show_chart,
    show_table,
)
from fairmoe.ui.frame.kept import KeptRun
from fairmoe.ui.frame.state import Session
from fairmoe.ui.understand.judged import Judged
from fairmoe.ui.understand.rows import rows_in

if TYPE_CHECKING:
    from fairmoe.analysis.other_columns import ConditionalRate

_RATES: "tuple[ConditionalRate, ...]" = (
    "selection_rate",
    "true_positive_rate",
    "false_positive_rate",
)
MOST_COLUMNS = 4


def show_within(state: Session, judged: Judged) -> None:
    """Show gaps among people who are alike in a column of the user's choice."""
    from fairmoe.analysis.other_columns import gaps_within  # noqa: PLC0415

    kept = _kept(state)
    run = judged.run
    with st.container(horizontal=True):
        column: str = st.selectbox(
            "Among those with the same",
            list(kept.labelled.kinds),
            key=f"within-column-{run.run_id}",
            persist_state="session",
            width=260,
        )
        rate = st.selectbox(
            "Rate",
            _RATES,
            format_func=RATES.__getitem__,
            key="within-rate",
            persist_state="session",
            width=220,
        )
        reference = st.selectbox(
            "Compare with",
            list(run.data.groups),
            index=None,
            placeholder="the largest group",
            key=f"within-reference-{run.run_id}",
            persist_state="session",
            width=240,
        )
    key = (run.run_id, tuple(run.data.groups), judged.split, judged.model, column, rate, reference)
    rows = rows_in(state, kept, judged.split)
    found = state.once(
        ("within", *key),
        lambda: gaps_within(rows, column, model=judged.model, rate=rate, reference=reference),
    )
    told = conditional_takeaway(
        found.overall,
        rate,
        column=column,
        reference=found.reference,
        words=run.data.words,
        people=judged.people,
    )
    show_chart(
        state.drawn(
            ("within", *key),
            lambda: conditional_figure(
                found.overall, found.within, column=column, groups=list(run.data.groups)
            ),
        ),
        takeaway=told,
        source=f"{judged.source} Bars are 95% intervals, each for itself. "
        f"{NO_PROOF.format(column=column)}",
        key=f"within-{judged.key}",
    )
    with st.expander(NUMBERS, icon=NUMBERS_ICON):
        percent = ["value", "reference_value", "difference", "low", "high"]
        table = found.within.set_index("level")
        show_table(
            table.assign(**{name: 100 * table[name] for name in percent}).rename_axis(column),
            key=f"within-table-{judged.key}",
            alt=told,
            columns={
                "group": st.column_config.TextColumn("Group"),
                "n": st.column_config.NumberColumn("People", format="localized"),
                "reference_n": st.column_config.NumberColumn(
                    f"People of {found.reference}", format="localized"
                ),
                "value": percent_column("Rate", RATES[rate]),
                "reference_value": percent_column(f"Rate of {found.reference}", RATES[rate]),
                "difference": percent_column("Difference", "Of the rates.", "pp"),
                "low": percent_column("from", "Lower end of the 95% interval.", "pp"),
                "high": percent_column("to", "Upper end of the 95% interval.", "pp"),
            },
            csv=table,
            folded=False,
        )


def show_side_by_side(state: Session, judged: Judged) -> None:
    """Show the gaps by the groups of several columns of the user's choice, side by side."""
    from fairmoe.analysis.other_columns import review_by  # noqa: PLC0415

    kept = _kept(state)
    sensitive = list(judged.run.roles.sensitive_columns)
    chosen = st.multiselect(
        "Groups by",
        list(dict.fromkeys([*sensitive, *kept.labelled.kinds])),
        default=sensitive,
        max_selections=MOST_COLUMNS,
        key=f"beside-{judged.run.run_id}",
        persist_state="session",
        help="Sensitive columns part people as on the Data page, numbers are cut into parts of "
        "about equally many.",
    )
    if not chosen:
        st.caption(":material/arrow_upward: Choose one column or more.")
        return
    rows = rows_in(state, kept, judged.split)
    differences = {
        column: state.once(
            ("beside", judged.run.run_id, judged.split, judged.model, column),
            partial(review_by, rows, kept.labelled, column, model=judged.model),
        ).differences
        for column in chosen
    }
    told = side_by_side_takeaway(differences)
    show_chart(
        side_by_side_figure(differences),
        takeaway=told,
        source=f"{judged.source} Bars are 95% intervals.",
        key=f"beside-{judged.key}",
    )
    cells = {
        column: [
            f"{with_interval(row['value'], row['low'], row['high'], ' pp')}"
            + (f", {row['highest']} over {row['lowest']}" if row["highest"] else "")
            for row in table.to_dict("records")
        ]
        for column, table in differences.items()
    }
    with st.expander(NUMBERS, icon=NUMBERS_ICON):
        show_table(
            pd.DataFrame(cells, index=pd.Index(list(GAP_MEASURES.values()), name="Measure")),
            key=f"beside-table-{judged.key}",
            alt=told,
            columns={name: st.column_config.TextColumn(escape_markdown(name)) for name in cells},
            csv=pd.concat(differences, names=["column", "measure"]),
            folded=False,
        )


def _kept(state: Session) -> KeptRun:
    assert state.kept is not None
    return state.kept.told
