"""One person: predictions, reasons, and what would change the decision."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import streamlit as st

from fairmoe._escape import escape_markdown
from fairmoe._units import all_beside_one_half, beside_one_half
from fairmoe.data.people import people_of, value_in_words
from fairmoe.figures.individual import reasons_figure, swap_figure
from fairmoe.names import ATTRIBUTION_METHODS, EXPERTS, MIXTURE_AND_EXPERTS, MODELS
from fairmoe.sentences.audits import existing_said
from fairmoe.sentences.individual import (
    close_call_told,
    opinions_takeaway,
    reasons_question,
    reasons_takeaway,
    swap_takeaway,
)
from fairmoe.sentences.mixture_map import map_of_person
from fairmoe.sentences.wording import LOG_ODDS
from fairmoe.ui.frame.components import TableFile, show_chart, show_note, show_table
from fairmoe.ui.frame.state import Session
from fairmoe.ui.understand.direction import direction, file_note, of_outcome, toward
from fairmoe.ui.understand.person import Person, cell_text, source_of

if TYPE_CHECKING:
    from fairmoe.runs import Run


def show_opinions(person: Person) -> None:
    """Show what the mixture and its experts predict, and the gate's weights."""
    run, record, said = person.kept.run, person.rows.record, person.said
    outcome, turned = of_outcome(run), direction(run) < 0
    decided, true = said["mixture"] > 0.5, bool(record.y_true[person.place])
    said_word, true_word = _word(run, bool(decided)), _word(run, true)
    for column, (label, value, text) in zip(
        st.columns(4),
        (
            (
                f"Probability of {outcome}",
                beside_one_half(toward(run, said["mixture"]), digits=person.digits),
                "By the mixture.",
            ),
            ("Predicted", said_word, f"{said_word}: by the mixture, at one half."),
            ("Actual", true_word, f"{true_word}: as the table says of the real values."),
            ("Group", list(run.data.groups)[person.group], "By the real sensitive value."),
        ),
        strict=True,
    ):
        # A metric would cut a long value short.
        column.markdown(
            f"{escape_markdown(label)}  \n**{escape_markdown(value)}**", help=escape_markdown(text)
        )
    _show_existing(person)
    takeaway = opinions_takeaway(said, run.data.words, turned=turned, digits=person.digits)
    takeaway = f"{takeaway} {_close_call(person)}".rstrip()
    group = list(run.data.groups)[person.group]
    st.html(map_of_person(said.to_dict(), run.data.words, group, turned=turned))
    st.caption(escape_markdown(f"{takeaway} {source_of(person)}"))
    weights = {MODELS[expert]: said[f"weight of {expert}"] for expert in EXPERTS}
    csv = pd.DataFrame(
        {"proba": {MODELS[m]: said[m] for m in MIXTURE_AND_EXPERTS}, "weight": weights}
    ).loc[[MODELS[model] for model in MIXTURE_AND_EXPERTS]]
    told = {label: f"{weight:.1%}" for label, weight in weights.items()}
    show_table(
        csv.assign(
            proba=all_beside_one_half(toward(run, csv["proba"]), digits=person.digits),
            weight=[told.get(str(label), "has none of its own") for label in csv.index],
        ).rename_axis("Model"),
        key=f"opinions-table-{person.key}",
        alt=takeaway,
        columns={
            "proba": st.column_config.TextColumn("Probability", help=f"Of {outcome}."),
            "weight": st.column_config.TextColumn("Gate weight"),
        },
        csv=TableFile(csv.rename_axis("model"), file_note(run)),
    )


def _close_call(person: Person) -> str:
    """Say that the person is a close call, and how many others are; nothing if it is none."""
    from fairmoe.analysis.close_calls import close_call, mixture_proba  # noqa: PLC0415

    run, rows = person.kept.run, person.rows
    found = close_call(rows, mixture_proba(rows), person.said["mixture"], group=person.group)
    if found is None:
        return ""
    name = list(run.data.groups)[person.group]
    return close_call_told(
        found.close,
        found.among,
        kind=person.split,
        threshold=toward(run, found.threshold),
        group=people_of([name], run.roles)[name] if found.by_group else "",
        own=run.cutoffs is not None,
    )


def _show_existing(person: Person) -> None:
    """Say what the existing score or decision said of the person, as the table has it."""
    run, record = person.kept.run, person.rows.record
    existing = run.roles.existing
    if existing is None:
        return
    column = person.kept.labelled.table.frame[existing.column]
    value = cell_text(column.iloc[int(record.rows[person.place])])
    decided = _word(run, bool(record.proba["existing"][person.place] > 0.5))
    st.markdown(escape_markdown(existing_said(existing, value, decided)))


def show_reasons(_: Session, person: Person) -> None:
    """Show which values speak for the positive class and which against."""
    from fairmoe.analysis.individual import baseline_proba, explain  # noqa: PLC0415

    run = person.kept.run
    explained, outcome = explain(run, person.x), of_outcome(run)
    attributions = direction(run) * explained
    baseline = beside_one_half(toward(run, baseline_proba(run)))
    cells = {str(column): cell_text(person.frame[column].iloc[0]) for column in attributions.index}
    takeaway = reasons_takeaway(attributions)
    st.markdown(f"**{escape_markdown(reasons_question(outcome))}**")
    st.html(reasons_figure(attributions, cells, alt=takeaway))
    told = (
        f"{takeaway} {LOG_ODDS} {source_of(person)} Bars to the left speak against {outcome}. "
        f"{ATTRIBUTION_METHODS[run.settings.attribution_method]}, compared with the "
        f"baseline row, to which the mixture gives {baseline}. What a model makes "
        "of a value is not what the value causes."
    )
    st.caption(escape_markdown(told))
    values = pd.Series(cells)
    show_table(
        # Else what is rounded to nothing would have a sign.
        (attributions.round(2) + 0.0).assign(value=values).rename_axis("Column"),
        key=f"reasons-table-{person.key}",
        alt=takeaway,
        columns={
            "value": st.column_config.TextColumn("Value"),
            **{
                model: st.column_config.NumberColumn(
                    MODELS[model],
                    format="%.2f",
                    help="In log-odds, the score behind a probability.",
                )
                for model in MIXTURE_AND_EXPERTS
            },
        },
        csv=TableFile(explained.assign(value=values).loc[attributions.index], file_note(run)),
    )


def _alike(table: pd.DataFrame) -> pd.DataFrame:
    """Return probabilities in words, all with as many digits."""
    told = all_beside_one_half(table.to_numpy().ravel())
    rows = np.reshape(np.array(told, dtype=object), table.shape)
    return pd.DataFrame(rows, index=table.index, columns=table.columns)


def show_swap(_: Session, person: Person) -> None:
    """Show what the models would say with another sensitive value and all else the same."""
    from fairmoe.analysis.individual import swap_sensitive  # noqa: PLC0415

    run, labelled = person.kept.run, person.kept.labelled
    sensitive = list(run.roles.sensitive_columns)
    swapped = swap_sensitive(run, labelled, person.frame)
    if swapped is None:
        show_note(
            escape_markdown(
                f"The models never see {' and '.join(sensitive)}, so each prediction stays the "
                "same whatever it says. Other columns may still tell of it."
            ),
            icon=":material/visibility_off:",
        )
        return
    csv = swapped[[*MIXTURE_AND_EXPERTS]]
    table = toward(run, csv)
    names = [
        " & ".join(
            value_in_words(
                column, cell_text(value), run.roles, is_number=not isinstance(value, str)
            )
            for column, value in zip(sensitive, row, strict=True)
        )
        for row in swapped[sensitive].itertuples(index=False)
    ]
    takeaway = swap_takeaway(swapped)
    show_chart(
        swap_figure(swapped.assign(**table), names, list(run.data.groups), of_outcome(run)),
        takeaway=takeaway,
        source=f"{source_of(person)} Only {' and '.join(sensitive)} is swapped; a person of "
        "another group would differ in more.",
        key=f"swap-{person.key}",
    )
    labels = [f"{names[0]} (own)", *names[1:]]
    show_table(
        _alike(table).set_axis(labels).rename_axis("Sensitive value"),
        key=f"swap-table-{person.key}",
        alt=takeaway,
        columns={
            model: st.column_config.TextColumn(
                MODELS[model], help=f"Probability of {of_outcome(run)}."
            )
            for model in MIXTURE_AND_EXPERTS
        },
        csv=TableFile(csv.set_axis(labels), file_note(run)),
    )


def show_neighbour(state: Session, person: Person) -> None:
    """Show the nearest person of another group for whom the mixture decides otherwise."""
    from fairmoe.analysis.individual import nearest_other, predict  # noqa: PLC0415

    run, record = person.kept.run, person.rows.record
    decided = bool(person.said["mixture"] > 0.5)
    other = nearest_other(person.rows, person.x, group=person.group, positive=decided)
    if other is None:
        show_note(
            escape_markdown(
                f"The mixture decides the same for everyone of another group among the "
                f"{person.split} rows."
            ),
            icon=":material/group_off:",
        )
        return
    group = list(run.data.groups)[int(record.group[other.position])]
    said = predict(run, person.rows.x[[other.position]])["mixture"].iloc[0]
    proba = beside_one_half(toward(run, said), digits=person.digits)
    cells = person.rows.frame.iloc[[other.position]]
    columns = list(run.encoder.columns)
    table = pd.DataFrame(
        [
            (cell_text(own), cell_text(theirs), _difference(own, theirs))
            for own, theirs in ((person.frame[c].iloc[0], cells[c].iloc[0]) for c in columns)
        ],
        index=pd.Index(columns, name="Column"),
        columns=["own", "other", "difference"],
    )
    differing = int((table["difference"] != "same").sum())
    takeaway = (
        f"The nearest of {other.among:,} is {person.line(other.position)} (group {group}), with a "
        f"probability of {of_outcome(run)} of {proba}: {differing} of {len(columns)} columns "
        "differ."
    )
    st.markdown(escape_markdown(takeaway))
    show_table(
        table,
        key=f"neighbour-table-{person.key}",
        alt=takeaway,
        columns={
            "own": st.column_config.TextColumn("This person"),
            "other": st.column_config.TextColumn("Nearest person"),
            "difference": st.column_config.TextColumn(
                "Difference",
                help="The nearest has the least sum of squared differences: a number counts in its "
                "scaled units, another level of a category as 1.41.",
            ),
        },
        csv=table,
    )
    st.caption(
        "The nearest person differs least in all columns together that the models see, without "
        "the sensitive ones. What the table leaves out may still differ."
    )
    if st.button("Look at that person", icon=":material/person_search:", key="neighbour"):
        state.row = int(record.rows[other.position])
        st.rerun()


def _word(run: "Run", positive: bool) -> str:
    return run.data.words[0 if positive else 1]


def _difference(own: Any, theirs: Any) -> str:
    """Say how the other cell differs."""
    if (pd.isna(own) and pd.isna(theirs)) or own == theirs:
        return "same"
    if pd.isna(own) or pd.isna(theirs) or isinstance(own, str):
        return "differs"
    away = float(theirs) - float(own)
    return f"{abs(away):g} {'more' if away > 0 else 'less'}"
