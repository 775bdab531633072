"""What a reviewer must know of the data before training: missing values, proxies, small groups."""

import numpy as np
import streamlit as st

from fairmoe._escape import escape_markdown
from fairmoe.data import LabelledTable, Table
from fairmoe.data.checks import Proxies, find_proxies, missing_by_group, texts_among_numbers
from fairmoe.data.groups import SMALL_GROUPS, merge_of
from fairmoe.data.people import people_of
from fairmoe.figures.data import missing_figure, proxies_figure
from fairmoe.sentences.attention import columns_drawn
from fairmoe.sentences.cautions import FEW_POSITIVES, FEW_ROWS
from fairmoe.sentences.data import (
    ROWS_FOR_ONE_TESTED,
    given_away,
    missing_takeaway,
    proxies_takeaway,
    small_groups_in_words,
)
from fairmoe.ui.frame.components import (
    percent_column,
    show_chart,
    show_note,
    show_table,
    show_warning,
)
from fairmoe.ui.frame.state import Session
from fairmoe.ui.prepare.groups import may_merge, merge_button


def warn_of_small_groups(state: Session, labelled: LabelledTable) -> None:
    """Warn of groups of which so few rows will be test rows that little can be said of them.

    Where several have too few rows, a button merges these. Those that lack positive rows alone stay
    by themselves: merging them would hide who rarely gets the outcome.
    """
    rows = np.bincount(labelled.group)
    positive = np.bincount(labelled.group, weights=labelled.y)
    counts = {
        name: (int(n), int(hits))
        for name, n, hits in zip(labelled.group_names, rows, positive, strict=True)
    }
    small = {
        name: (n, hits)
        for name, (n, hits) in counts.items()
        if n < ROWS_FOR_ONE_TESTED * FEW_ROWS or hits < ROWS_FOR_ONE_TESTED * FEW_POSITIVES
    }
    if not small:
        return
    roles, last = labelled.roles, labelled.group_names[-1]
    merged = last if roles.merge_small and last.startswith(SMALL_GROUPS) else ""
    merge = None
    few = [name for name, (n, _) in small.items() if n < ROWS_FOR_ONE_TESTED * FEW_ROWS]
    if len(few) > 1 and may_merge(labelled.table, roles.sensitive):
        merge = merge_of({name: n for name, (n, _) in counts.items()}, few, needed=0)
    told = small_groups_in_words(small, merge=merge, merged=merged)
    # Who has merged all that is small has done what can be done.
    show = show_note if list(small) == [merged] else show_warning
    show(escape_markdown(told), icon=":material/groups:")
    if merge is not None:
        merge_button(state, merge.fewer_than)


def warn_of_texts(state: Session, table: Table) -> None:
    """Warn of columns of numbers in which a few texts stand."""
    what = ("texts", table.sha256, tuple(table.kinds.items()))
    for column, where in state.once(what, lambda: texts_among_numbers(table)).items():
        show_warning(
            escape_markdown(
                f"{column} holds numbers, but {where}. As it stands, each of its numbers is a "
                "category of its own. Correct that in the file and load it again."
            ),
            icon=":material/match_word:",
        )


def show_missing(state: Session, labelled: LabelledTable) -> None:
    """Show whose values are missing."""
    missing = state.once(("missing", *_of(labelled)), lambda: missing_by_group(labelled))
    if missing.empty:
        st.caption("No feature has missing values.")
        return
    people = people_of(labelled.group_names, labelled.roles)
    takeaway = missing_takeaway(missing.assign(group=[people[str(g)] for g in missing["group"]]))
    figure = missing_figure(missing)
    drawn = columns_drawn(len(figure.layout.yaxis.tickvals), missing["column"].nunique())
    show_chart(
        figure,
        takeaway=takeaway,
        source=f"{_source(labelled)} Bars are 95% Wilson intervals. {drawn}".rstrip(),
        key="missing",
    )
    show_table(
        missing.assign(share=100 * missing["missing"] / missing["rows"])
        .set_index("column")
        .rename_axis("Feature"),
        key="missing-table",
        alt=takeaway,
        columns={
            "group": st.column_config.TextColumn("Group"),
            "rows": st.column_config.NumberColumn("Rows", format="localized"),
            "missing": st.column_config.NumberColumn("Missing", format="localized"),
            "share": percent_column("Missing share", "Share of the group without a value."),
        },
        csv=missing.set_index("column"),
    )


def proxies(state: Session, labelled: LabelledTable) -> Proxies:
    """Return how well the features tell the group, measured at the first asking only."""
    return state.once(("proxies", *_of(labelled)), lambda: find_proxies(labelled))


def warn_of_proxies(state: Session, labelled: LabelledTable) -> None:
    """Say where features give away the sensitive columns that the models do not look at."""
    roles = labelled.roles
    if roles.include_sensitive or not labelled.kinds:
        return
    found = proxies(state, labelled)
    told = given_away(roles.sensitive_columns, found.alone, found.together, found.chance)
    if told:
        show_note(escape_markdown(told), icon=":material/visibility:")


def show_proxies(state: Session, labelled: LabelledTable) -> None:
    """Show which features are proxies for the sensitive attribute, even where it is left out."""
    found = proxies(state, labelled)
    if found.alone.empty:
        st.caption("There is no feature beside the sensitive columns.")
        return
    takeaway = proxies_takeaway(found.alone, found.together, found.chance)
    show_chart(
        proxies_figure(found.alone, found.together, found.chance),
        takeaway=takeaway,
        source=f"{_source(labelled)} Learnt on two thirds of {found.rows:,} of them and judged on "
        "the third, in turn (seed 0). The grey band is what features that say nothing give.",
        key="proxies",
    )
    table = found.alone.rename("auc").to_frame().rename_axis("Feature")
    show_table(
        100 * table,
        key="proxies-table",
        alt=takeaway,
        columns={"auc": percent_column("AUC for the group", "50% is chance, 100% gives it away.")},
        csv=table,
    )


def _of(labelled: LabelledTable) -> tuple[object, ...]:
    return labelled.table.sha256, labelled.roles, tuple(labelled.kinds.items())


def _source(labelled: LabelledTable) -> str:
    return f"{labelled.table.name or 'Your table'}, {len(labelled.y):,} rows, all splits."
