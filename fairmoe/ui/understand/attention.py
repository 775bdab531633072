"""Which columns the models of a run rely on, for each group."""

import pandas as pd
import streamlit as st

from fairmoe._csv import csv_text
from fairmoe._escape import escape_markdown
from fairmoe.figures.attention import attention_figure, differences_figure, histogram_figure
from fairmoe.figures.divergence import divergence_figure, null_figure
from fairmoe.figures.palette import MODEL_STYLES, group_styles
from fairmoe.names import MODELS
from fairmoe.sentences.attention import (
    WHAT_ATTENTION_IS,
    attention_takeaway,
    differences_takeaway,
    divergence_takeaway,
    histogram_takeaway,
    null_takeaway,
)
from fairmoe.ui.frame.components import (
    percent_column,
    show_chart,
    show_download,
    show_note,
    show_table,
)
from fairmoe.ui.frame.state import Session
from fairmoe.ui.understand.attention_choice import Asked

SHUFFLINGS = 1000
COLUMNS_AT_FIRST = 4
_INTERVALS = "Whiskers are 95% intervals of the mean, each for itself."


def show_differences(state: Session, asked: Asked) -> None:
    """Show what the model relies on more or less for one group than for the others."""
    show_note(
        escape_markdown(f"{MODELS[asked.model]}. {asked.lead}"),
        icon=":material/visibility:",
    )
    st.caption(WHAT_ATTENTION_IS)
    differences, group = asked.differences, asked.group
    style = group_styles(asked.reasons.group_names)[group]
    takeaway = differences_takeaway(differences)
    show_chart(
        state.drawn(
            ("attention-differences", *asked.what, group),
            lambda: differences_figure(differences, style, asked.others),
        ),
        takeaway=takeaway,
        source=f"{asked.source} {_INTERVALS} Open markers: the interval holds 0.",
        key=f"attention-differences-{asked.key}-{group}",
    )
    show_table(
        (100 * differences).rename_axis("Column"),
        key=f"attention-differences-table-{asked.key}-{group}",
        alt=takeaway,
        columns={
            "difference": percent_column("Difference", "In percentage points.", "pp"),
            "low": percent_column("from", "Lower end of the interval.", "pp"),
            "high": percent_column("to", "Upper end of the interval.", "pp"),
        },
        csv=differences,
    )


def show_means(state: Session, asked: Asked) -> None:
    """Show the mean attention of each group side by side."""
    from fairmoe.analysis.attention import mean_attention  # noqa: PLC0415

    means = mean_attention(asked.reasons)
    figure = state.drawn(("attention", *asked.what), lambda: attention_figure(means))
    show_chart(
        figure,
        takeaway=attention_takeaway(asked.in_words(means)),
        source=f"{asked.source_of(figure)} {_INTERVALS}",
        key=f"attention-{asked.key}",
    )
    csv = means.set_index("column")
    show_table(
        csv.assign(**{end: 100 * csv[end] for end in ("mean", "low", "high")}).rename_axis(
            "Column"
        ),
        key=f"attention-table-{asked.key}",
        alt=attention_takeaway(asked.in_words(means)),
        columns={
            "group": st.column_config.TextColumn("Group"),
            "rows": st.column_config.NumberColumn("Rows", format="localized"),
            "mean": percent_column("Mean attention", "Over the rows of the group."),
            "low": percent_column("from", "Lower end of the interval."),
            "high": percent_column("to", "Upper end of the interval."),
        },
        csv=csv,
    )


def show_spread(state: Session, asked: Asked) -> None:
    """Show how the attention to a few columns is distributed in each group."""
    from fairmoe.analysis.attention import attention_histograms, divergence_parts  # noqa: PLC0415

    parts = divergence_parts(asked.reasons)
    columns = st.multiselect(
        "Columns",
        asked.reasons.columns,
        default=list(parts.index[:COLUMNS_AT_FIRST]),
        max_selections=8,
        key=f"attention-columns-{asked.run.run_id}-{asked.key}",
        persist_state="session",
        help="At first those that make most of the attention distance.",
    )
    if not columns:
        st.caption("Choose a column to see how the attention to it is distributed.")
        return
    histograms = attention_histograms(asked.reasons, columns)
    show_chart(
        state.drawn(
            ("attention-spread", *asked.what, *columns), lambda: histogram_figure(histograms)
        ),
        takeaway=histogram_takeaway(asked.in_words(histograms)),
        source=f"{asked.source_of_groups} Rows are counted in 25 equal steps.",
        key=f"attention-spread-{asked.key}",
    )
    csv = histograms.set_index("column")
    percent = csv.assign(**{end: 100 * csv[end] for end in ("low", "high", "share")})
    show_table(
        percent.rename_axis("Column"),
        key=f"attention-spread-table-{asked.key}",
        alt=histogram_takeaway(asked.in_words(histograms)),
        columns={
            "group": st.column_config.TextColumn("Group"),
            "rows": st.column_config.NumberColumn("Rows", format="localized"),
            "low": percent_column("Attention from", "Lower end of the step."),
            "high": percent_column("to", "Upper end of the step."),
            "share": percent_column("Share of the group", "Rows of the group in this step."),
        },
        csv=csv,
    )


def show_distance(state: Session, asked: Asked) -> None:
    """Show what each column adds to the attention distance, and whether it is chance."""
    from fairmoe.analysis.attention import divergence_parts  # noqa: PLC0415
    from fairmoe.metrics import attention_test  # noqa: PLC0415

    reasons, style = asked.reasons, MODEL_STYLES[asked.model]
    parts = divergence_parts(reasons)
    if parts.isna().any():
        show_note(escape_markdown(divergence_takeaway(parts)), icon=":material/group_off:")
        return
    with st.spinner("Shuffling the groups"):
        test = state.once(
            ("attention-test", asked.run.run_id, asked.split, asked.model),
            lambda: attention_test(
                reasons.attention,
                group=reasons.group,
                n_groups=len(reasons.group_names),
                n_permutations=SHUFFLINGS,
            ),
        )
    left, right = st.columns(2)
    with left:
        show_chart(
            state.drawn(("attention-parts", *asked.what), lambda: divergence_figure(parts, style)),
            takeaway=divergence_takeaway(parts),
            source=f"{asked.source} The distance is a Jensen-Shannon divergence, from 0 (all "
            "groups get the same mean attention) to 100 (two have no column in common).",
            key=f"attention-parts-{asked.key}",
        )
    with right:
        show_chart(
            state.drawn(
                ("attention-null", *asked.what),
                lambda: null_figure(test.shuffled, test.difference, style),
            ),
            takeaway=null_takeaway(test.shuffled, test.p_value),
            source=f"{asked.source} Each shuffling deals the group names anew to the same rows.",
            key=f"attention-null-{asked.key}",
        )
        shuffled = pd.DataFrame({"distance": test.shuffled}).rename_axis("shuffling")
        show_download(
            "Distances as CSV",
            lambda: csv_text(shuffled).encode(),
            f"fairmoe-attention-null-{asked.key}.csv",
        )
    table = parts.to_frame("part").assign(share=parts / parts.sum())
    show_table(
        (100 * table).rename_axis("Column"),
        key=f"attention-parts-table-{asked.key}",
        alt=divergence_takeaway(parts),
        columns={
            "part": st.column_config.NumberColumn("Part of the distance", format="%.3f"),
            "share": percent_column("Share of the distance", "They sum to 100%."),
        },
        csv=table,
    )
