"""Which way the columns push, and whether another attribution method would say the same."""

import streamlit as st

from fairmoe.figures.attributions import methods_figure, ranges_figure
from fairmoe.names import ATTRIBUTION_METHODS
from fairmoe.sentences.attention import methods_takeaway, ranges_takeaway
from fairmoe.ui.frame.components import TableFile, show_chart, show_table
from fairmoe.ui.frame.state import Session
from fairmoe.ui.understand.attention_choice import Asked
from fairmoe.ui.understand.direction import direction, file_note, of_outcome
from fairmoe.ui.understand.oracles import show_check
from fairmoe.ui.understand.rows import rows_in


def show_directions(state: Session, asked: Asked) -> None:
    """Show which way each column pushes in each group."""
    from fairmoe.analysis.attention import attribution_ranges  # noqa: PLC0415

    outcome = of_outcome(asked.run)
    ranges = attribution_ranges(asked.reasons, sign=direction(asked.run))
    takeaway = ranges_takeaway(asked.in_words(ranges), outcome)
    method = ATTRIBUTION_METHODS[asked.run.settings.attribution_method]
    figure = state.drawn(
        ("attention-ranges", *asked.what, outcome),
        lambda: ranges_figure(ranges, outcome),
    )
    show_chart(
        figure,
        takeaway=takeaway,
        source=f"{asked.source_of(figure)} Wide lines hold the middle half of the rows, thin ones "
        f"90%, and markers are medians. {method}, compared with the baseline row.",
        key=f"attention-ways-{asked.key}",
    )
    show_table(
        ranges.set_index("column").rename_axis("Column"),
        key=f"attention-ways-table-{asked.key}",
        alt=takeaway,
        columns={
            "group": st.column_config.TextColumn("Group"),
            "rows": st.column_config.NumberColumn("Rows", format="localized"),
            **{
                name: st.column_config.NumberColumn(label, format="%.2f")
                for name, label in {
                    "low": "5% below",
                    "q1": "a quarter below",
                    "median": "Median",
                    "q3": "a quarter above",
                    "high": "5% above",
                }.items()
            },
        },
        csv=TableFile(attribution_ranges(asked.reasons).set_index("column"), file_note(asked.run)),
    )


def show_methods(state: Session, asked: Asked) -> None:
    """Show the attention of the same rows by all four attribution methods."""
    from fairmoe.analysis.methods import compare_methods  # noqa: PLC0415

    with st.spinner("Explaining a sample of the rows by four methods"):
        comparison = state.once(
            ("methods", asked.run.run_id, asked.split, asked.model),
            lambda: compare_methods(
                rows_in(state, asked.kept, asked.split),
                rows_in(state, asked.kept, "train"),
                asked.model,
            ),
        )
    takeaway = methods_takeaway(comparison.agreement, comparison.same_top)
    show_chart(
        methods_figure(comparison.attention),
        takeaway=takeaway,
        source=f"{asked.source} A sample of {comparison.rows:,} of them, all groups together.",
        key=f"attention-methods-chart-{asked.key}",
    )
    table = comparison.agreement.assign(distance=100 * comparison.divergence)
    own = ATTRIBUTION_METHODS[asked.run.settings.attribution_method]
    show_table(
        table.set_axis(table.index.map(ATTRIBUTION_METHODS)).rename_axis("Method"),
        key=f"attention-methods-table-{asked.key}",
        alt=takeaway,
        columns={
            **{
                name: st.column_config.NumberColumn(
                    label, format="%.2f", help=f"Mean rank correlation with {label} within a row."
                )
                for name, label in ATTRIBUTION_METHODS.items()
            },
            "distance": st.column_config.NumberColumn(
                "Attention distance", format="%.2f", help="Between the groups, by this method."
            ),
        },
        csv=table,
    )
    st.caption(
        f"Cells are mean rank correlations within a row: 1 where two methods put the columns in "
        f"the same order. The run itself was trained and scored with {own}. Distances of a "
        f"sample are larger than those of all rows, because the means of fewer rows vary more."
    )
    show_check(state, asked)
