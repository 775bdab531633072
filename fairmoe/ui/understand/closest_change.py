"""What would change the decision about a person."""

import pandas as pd
import streamlit as st

from fairmoe._escape import Markdown, escape_markdown
from fairmoe._units import all_beside_one_half
from fairmoe.data import fixed_columns
from fairmoe.figures.individual import changes_figure
from fairmoe.sentences.individual import (
    CHANGES_ARE_NO_ADVICE,
    CHANGES_ASKED,
    changes_takeaway,
)
from fairmoe.sentences.wording import listed
from fairmoe.ui.frame.components import TableFile, percent_column, show_note, show_table
from fairmoe.ui.frame.state import Session
from fairmoe.ui.understand.direction import file_note, of_outcome, toward
from fairmoe.ui.understand.person import Person, cell_text, source_of
from fairmoe.ui.understand.rows import rows_in


def show_changes(state: Session, person: Person) -> None:
    """Show the smallest changes of one or two values that turn the decision of the mixture."""
    from fairmoe.analysis.counterfactuals import smallest_changes  # noqa: PLC0415

    run = person.kept.run
    sensitive = [c for c in run.roles.sensitive_columns if c in run.encoder.columns]
    free = [column for column in run.encoder.columns if column not in sensitive]
    kept = f" Always kept: {listed(sensitive)}." if sensitive else ""
    locked = st.multiselect(
        "Keep as they are",
        free,
        default=fixed_columns(free),
        key=f"locked-{run.run_id}",
        persist_state="session",
        placeholder="Columns that this person cannot change",
        help=escape_markdown(
            f"At first what nobody can change, such as age or birth, by the columns' names.{kept}"
        ),
    )
    train = rows_in(state, person.kept, "train")
    changes = smallest_changes(
        run, train.frame, person.frame, locked=frozenset((*locked, *sensitive))
    )
    how = (
        "Tried are 20 quantiles of the middle 95% of each number and every level of each category "
        "that has an input of its own, one column at a time and two together. A change of a number "
        "counts by the share of training rows that it moves past, one of a category as 50%."
    )
    if not changes:
        show_note(Markdown("No change of one or two columns was found."), icon=":material/lock:")
        st.caption(how)
        return
    table = pd.DataFrame(
        {
            "change": [
                " and ".join(
                    f"{column} {cell_text(before)} → {cell_text(after)}"
                    for column, before, after in zip(
                        change.columns, change.before, change.after, strict=True
                    )
                )
                for change in changes
            ],
            "cost": [change.cost for change in changes],
            "proba": [change.proba for change in changes],
        }
    )
    told = table.assign(proba=toward(run, table["proba"]))
    outcome, takeaway = of_outcome(run), changes_takeaway(told)
    st.markdown(f"**{CHANGES_ASKED}**")
    st.markdown(escape_markdown(f"{takeaway} {CHANGES_ARE_NO_ADVICE}"))
    st.html(changes_figure(told, outcome, alt=takeaway))
    st.caption(escape_markdown(f"{source_of(person)} {how}"))
    show_table(
        told.assign(cost=100 * told["cost"], proba=all_beside_one_half(told["proba"]))
        .set_index("change")
        .rename_axis("Change"),
        key=f"changes-table-{person.key}",
        alt=takeaway,
        columns={
            "cost": percent_column("Size", "Share of people moved past, summed over the columns."),
            "proba": st.column_config.TextColumn("Probability then", help=f"Of {outcome}."),
        },
        csv=TableFile(table.set_index("change"), file_note(run)),
    )
