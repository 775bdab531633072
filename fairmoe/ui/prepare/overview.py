"""What was loaded, and what its groups and labels look like under the roles."""

import numpy as np
import streamlit as st

from fairmoe._escape import escape_markdown
from fairmoe.data import LabelledTable, SmallGroupsError
from fairmoe.data.crossed import CROSS
from fairmoe.data.groups import SMALL_GROUPS
from fairmoe.data.kinds import MISSING
from fairmoe.data.people import people_of
from fairmoe.data.small_groups import too_small
from fairmoe.errors import InvalidInputError
from fairmoe.figures.data import label_figure
from fairmoe.figures.tables import group_counts
from fairmoe.sentences.data import label_takeaway, who_is_merged
from fairmoe.ui.frame.components import (
    percent_column,
    show_chart,
    show_error,
    show_note,
    show_table,
)
from fairmoe.ui.frame.limits import limits
from fairmoe.ui.frame.state import Session
from fairmoe.ui.prepare.existing import warn_of_existing, with_existing
from fairmoe.ui.prepare.groups import merge_button
from fairmoe.ui.prepare.leaks import warn_of_columns
from fairmoe.ui.prepare.reading import reading_form, show_changes
from fairmoe.ui.prepare.roles import roles_form
from fairmoe.ui.prepare.warnings import warn_of_proxies, warn_of_small_groups, warn_of_texts

PREVIEW_ROWS = 100
_FEW_COLUMNS, _COLUMNS_HEIGHT = 4, 176
"""Of more columns that many stand in view, so that the page stays within two screens."""


def show_overview(state: Session) -> None:
    """Show the first rows and what was done to the columns, and let the user overrule that."""
    table, summary = state.table, state.columns
    assert table is not None
    assert summary is not None
    rows, columns = table.frame.shape
    with st.container(horizontal=True, vertical_alignment="center"):
        st.header(escape_markdown(table.name or "Your table"), anchor=False, width="content")
        st.caption(
            escape_markdown(
                f"{rows:,} rows, {columns:,} columns, SHA-256 {table.sha256[:12]}. "
                + " ".join(table.notes)
            ),
            width="stretch",
        )
    show_changes(table.changes)
    warn_of_texts(state, table)
    preview, about, reading = st.tabs(["Preview", "Columns", "How columns are read"])
    with preview:
        st.dataframe(
            table.frame.head(PREVIEW_ROWS),
            hide_index=True,
            height=106,
            placeholder="missing",
            alt=f"The first {min(rows, PREVIEW_ROWS)} rows of the table.",
        )
    with about:
        show_table(
            summary,
            key="columns",
            alt=f"Kind, missing and distinct values of {columns} columns.",
            columns={
                "kind": st.column_config.TextColumn("Kind"),
                "missing": st.column_config.NumberColumn("Missing", format="localized"),
                "distinct": st.column_config.NumberColumn("Distinct", format="localized"),
            },
            csv=summary,
            folded=False,
            height=_COLUMNS_HEIGHT if columns > _FEW_COLUMNS else "auto",
        )
    with reading:
        reading_form(state)


def settle_roles(state: Session) -> None:
    """Let the user choose the roles, and take them into use if they can be trained on.

    Raises:
        InvalidInputError: The roles cannot be trained on; then none are in use.
    """
    try:
        state.settle(with_existing(state, roles_form(state)))
    except SmallGroupsError as error:
        state.settle(None)
        show_error(error)
        merge_button(state)
    except InvalidInputError:
        state.settle(None)
        raise


def describe_task(state: Session) -> None:
    """Say in one line what will be trained on what."""
    labelled = state.labelled
    assert labelled is not None
    columns = " and ".join(labelled.roles.sensitive_columns)
    st.markdown(
        escape_markdown(
            f"{labelled.table.name or 'Your table'}: predicts “{labelled.words[0]}” "
            f"({labelled.positive}) from "
            f"{len(labelled.kinds)} columns of {len(labelled.y):,} rows, and compares "
            f"{len(labelled.group_names)} groups by {columns}."
        )
    )


def show_cautions(state: Session, labelled: LabelledTable) -> None:
    """Say what was done to the rows, and warn of columns and of groups."""
    for note in labelled.notes:
        show_note(escape_markdown(note), icon=":material/filter_alt:")
    warn_of_columns(state, labelled)
    warn_of_proxies(state, labelled)
    warn_of_existing(state, labelled)
    warn_of_small_groups(state, labelled)


def _merged(labelled: LabelledTable) -> dict[str, int]:
    """Return the rows of the merged groups by value; none where groups are cut from numbers."""
    roles, last = labelled.roles, len(labelled.group_names) - 1
    is_merged = roles.merge_small and labelled.group_names[last].startswith(SMALL_GROUPS)
    if not is_merged or any(each.bins for each in roles.sensitive):
        return {}
    theirs = labelled.rows[labelled.group == last]
    values = labelled.table.frame[list(roles.sensitive_columns)].iloc[theirs]
    # As text, for levels that do not occur would be counted too.
    rows = values.astype("object").fillna(MISSING).astype(str)
    return {CROSS.join(map(str, each)): int(n) for each, n in rows.value_counts().items()}


def show_groups(state: Session, labelled: LabelledTable) -> None:
    """Show the groups and their labels."""
    merged = _merged(labelled)
    counts = group_counts(labelled.y, labelled.group, labelled.group_names)
    takeaway = label_takeaway(
        counts.rename(index=people_of(labelled.group_names, labelled.roles)), labelled.words[0]
    )
    positive, other = labelled.words
    shares = {
        "positive_share": (f"Share “{positive}”", f"Share of the label “{positive}”."),
        "positive_low": ("from", "Lower end of the 95% interval of the share."),
        "positive_high": ("to", "Upper end of the 95% interval of the share."),
    }
    show_chart(
        state.drawn(
            ("labels", labelled.words, tuple(counts.index), counts.to_numpy().tobytes()),
            lambda: label_figure(counts, labelled.words),
        ),
        takeaway=takeaway,
        source=f"{who_is_merged(merged)} {labelled.table.name or 'Your table'}, "
        f"{len(labelled.y):,} rows, all splits. Bars are 95% Wilson intervals.".lstrip(),
        key="groups",
    )
    show_table(
        counts.assign(**{share: 100 * counts[share] for share in shares}).rename_axis("Group"),
        key="groups-table",
        alt=takeaway,
        columns={
            "rows": st.column_config.NumberColumn("Rows", format="localized"),
            "positive": st.column_config.NumberColumn(f"Label “{positive}”", format="localized"),
            "negative": st.column_config.NumberColumn(f"Label “{other}”", format="localized"),
            **{share: percent_column(*words) for share, words in shares.items()},
        },
        csv=counts,
        small=_too_small(labelled),
    )


def _too_small(labelled: LabelledTable) -> tuple[str, ...]:
    """Return the groups that a file may not tell of; the run that is shown may have others."""
    counts, smallest = (
        np.bincount(labelled.group, minlength=len(labelled.group_names)),
        limits().smallest_group,
    )
    return too_small(counts[None], labelled.group_names, smallest)
