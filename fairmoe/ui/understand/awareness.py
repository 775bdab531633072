"""A blind and an aware run side by side, or the offer to train the one that is missing."""

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from fairmoe._escape import escape_markdown
from fairmoe.names import METRICS, SUMMARY, SplitName
from fairmoe.sentences.alarms import ALARM_MEANS
from fairmoe.sentences.awareness import awareness_in_words, offer_aware
from fairmoe.ui.frame.components import percent_column, show_note, show_table
from fairmoe.ui.frame.limits import limits
from fairmoe.ui.frame.pages import TRAIN
from fairmoe.ui.frame.progress import start_training
from fairmoe.ui.frame.state import Session
from fairmoe.ui.frame.switching import go_to
from fairmoe.ui.understand.results import describe

if TYPE_CHECKING:
    from fairmoe.runs import Run


def counterpart(state: Session, run: "Run") -> "Run | None":
    """Return the run of this session that differs only in whether it sees the sensitive columns."""
    from fairmoe.analysis.awareness import find_counterpart  # noqa: PLC0415

    return find_counterpart(run, [kept.run for kept in state.runs.values()])


def show_awareness(state: Session, run: "Run", split: SplitName) -> None:
    """Compare a blind and an aware run; offer the aware one where the blind has an alarm."""
    # Importing it imports torch, which no page may need before there is a run.
    from fairmoe.runs import as_told  # noqa: PLC0415

    other = counterpart(state, run)
    if other is not None:
        st.header("Blind or aware", anchor=False)
        told, _ = as_told(other, smallest=limits().smallest_group)
        _compare(run, told, split)
    elif not run.roles.include_sensitive and "mixture" in run.alarms(split):
        _offer(state, run)


def _compare(run: "Run", other: "Run", split: SplitName) -> None:
    from fairmoe.analysis.awareness import compare_awareness  # noqa: PLC0415

    comparison = compare_awareness(run, other, split=split)
    good, bad = run.good_and_bad
    is_told = run.roles.target.favourable is not None
    told = " ".join(awareness_in_words(comparison, words=(good, bad) if is_told else None))
    st.markdown(escape_markdown(told))
    shares = ["acc", *SUMMARY, "good", *(["harmed"] if is_told else [])]
    table = comparison[shares].astype("float64")
    show_table(
        (100 * table)
        .assign(alarm=comparison["alarming"].astype(bool))
        .rename(index=str.capitalize)
        .rename_axis("The mixture is"),
        key=f"awareness-{split}",
        alt=told,
        columns={
            **{
                metric: percent_column(
                    METRICS[metric].label, METRICS[metric].help, METRICS[metric].unit
                )
                for metric in ("acc", *SUMMARY)
            },
            "good": percent_column(f"Get “{good}”", "Of all people in these rows."),
            "harmed": percent_column(f"Wrongly “{bad}”", f"Of those whose label is “{good}”."),
            "alarm": st.column_config.CheckboxColumn("Alarm", help=ALARM_MEANS),
        },
        csv=pd.DataFrame(comparison).rename_axis("mixture"),
        folded=False,
    )
    st.caption(escape_markdown(describe(run, split)))


def _offer(state: Session, run: "Run") -> None:
    assert state.kept is not None
    show_note(
        escape_markdown(offer_aware(run.roles.sensitive_columns)), icon=":material/visibility:"
    )
    if state.kept.rows is None:
        return
    if state.job_id is None and st.button("Compare blind and aware", key="offer-aware"):
        with st.spinner("Starting"):
            start_training(state, run.settings, TRAIN, labelled=state.kept.labelled, both=True)
        go_to(TRAIN)
